import { setTimeout as sleep } from 'node:timers/promises'
import { passRefused } from '@protectmyapi/service-kit/pass-refused'
import { shownNames } from '@protectmyapi/service-kit/shown-text'
import type { OpenVault, OpenVaultConfig, VaultPorts } from '../open-vault.js'
import { eachOrganization } from '../rotation/each-organization.js'
import { reencryptSecrets } from '../rotation/reencrypt-secrets.js'
import { rotateDataKey } from '../rotation/rotate-data-key.js'
import { rotationStore } from '../rotation/rotation-store.js'
import { unlessShredded } from '../rotation/unless-shredded.js'
import { withVault } from './with-vault.js'

export interface DataKeysToRotate {
  /** One organization's data key; all of them unless said. */
  readonly organizationId?: string
  /** The old keys may be known to somebody: ends when nothing that they seal opens any more. */
  readonly now: boolean
}

/**
 * The `rotate-data-keys` command, beside vaults that serve. Other keys seal from here on; what is stored is sealed anew by
 * the vaults in the background, or with `now` by this before it ends.
 *
 * @throws Fault UNAVAILABLE while the KMS is away, and what Postgres throws. To be run again then: it is safe to. Of the
 * one that was named CONFLICT where it was shredded, NOT_FOUND where it has no data key. Error where nothing at all of an
 * organization opens, or its rotation is refused, once the others have had their turn.
 */
export function runRotateDataKeys(
  config: OpenVaultConfig,
  { organizationId, now }: DataKeysToRotate,
  ports: VaultPorts,
): Promise<void> {
  return withVault(config, ports, async (vault) => {
    const rotate = rotateDataKey(vault)
    const kept: string[] = []
    const refused: string[] = []
    const rotateOne = async (one: string): Promise<void> => {
      await rotate({ organizationId: one })
      if (now && !(await isFloored(vault, one))) kept.push(one)
    }
    if (organizationId !== undefined) await rotateOne(organizationId)
    else
      for await (const one of eachOrganization(rotationStore(vault.vaultDb).organizations))
        await passRefused(unlessShredded(rotateOne(one.organizationId)), (err) => {
          refused.push(one.organizationId)
          vault.log.error({ err, organizationId: one.organizationId }, REFUSED)
        })
    const said = [...(kept.length > 0 ? [keptWords(kept)] : []), ...(refused.length > 0 ? [refusedWords(refused)] : [])]
    if (said.length > 0) throw new Error(said.join('. '))
  })
}

const REFUSED = 'the rotation of a data key was refused and passed: look at its row'

/** Turn by turn. False where nothing at all opens: then nothing is given up. */
async function isFloored(vault: OpenVault, organizationId: string): Promise<boolean> {
  const turn = reencryptSecrets(vault)
  for (;;) {
    const { floor, version, pass } = await turn({ organizationId, known: true })
    if (floor === version) break
    if (pass === 'stuck') return false
    await sleep(0)
  }
  vault.log.info({ event: 'data-key.floored', organizationId }, 'what older data keys seal does not open any more')
  return true
}

function keptWords(organizations: readonly string[]): string {
  return (
    `nothing opens of ${shownNames(organizations)}, so what their older data keys seal was not given up: are the master keys that wrap ` +
    'those named here (PMA_KMS_OTHER_KEY_ARNS, PMA_KMS_OTHER_KEY_FILES)? Where they are lost, replace a value of each, and run this again'
  )
}

function refusedWords(organizations: readonly string[]): string {
  return `the rotation of ${shownNames(organizations)} was refused, for the reasons in the log. Every other data key had its turn`
}
