import path from 'node:path'
import { startGuard } from '@protectmyapi/dev-kit/programs/guard'
import { NoPython, ownLocalstack } from '@protectmyapi/dev-kit/servers/localstack'

/** The KMS of a rig's vaults. */
export interface RigKms {
  /** Undefined: a key file is used, which cannot fail. */
  readonly endpoint: string | undefined
  stop(): Promise<void>
}

interface Options {
  /** The address of a KMS that is already running on this machine. */
  readonly endpoint: string | undefined
  readonly projectDir: string
  readonly say: (line: string) => void
}

/**
 * The KMS named by `endpoint`, else a LocalStack of the rig's own. Where no Python can run LocalStack, says what is
 * left out.
 */
export async function findKms({ endpoint, projectDir, say }: Options): Promise<RigKms> {
  if (endpoint !== undefined) return { endpoint, stop: async () => undefined }
  const guard = startGuard()
  try {
    const localstack = await ownLocalstack(path.join(projectDir, '.cache', 'localstack'), guard, say)
    const stop = async (): Promise<void> => {
      await localstack.stop()
      await guard.close()
    }
    return { endpoint: localstack.endpoint, stop }
  } catch (cause) {
    await guard.close()
    if (!(cause instanceof NoPython)) throw cause
    say(`The KMS is a key file, so nothing is shown of its outages. ${cause.message}`)
    return { endpoint: undefined, stop: async () => undefined }
  }
}
