import { setTimeout as sleep } from 'node:timers/promises'
import type { VaultConfig } from './config.js'
import { type OpenVault, type VaultPorts, withVault } from './open-vault.js'
import { type Reencrypted, reencryptSecrets } from './rotation/reencrypt-secrets.js'
import { orderRewrap, rewrapDataKeys } from './rotation/rewrap-data-keys.js'
import { rewrapStore } from './rotation/rewrap-store.js'
import { rotateDataKey } from './rotation/rotate-data-key.js'
import { ROTATION_LIMITS } from './rotation/rotation-limits.js'
import { rotationStore } from './rotation/rotation-store.js'

/** Where somebody else is at the work: between two looks. */
const LOOK_MS = 1_000

export interface Asked {
  /** One organisation's data key; all of them unless said. */
  readonly organizationId?: string
  /** The old keys may be known to somebody: ends when nothing that they seal opens any more. */
  readonly now: boolean
}

/**
 * The `rotate-data-keys` command, beside vaults that serve. Other keys seal from here on; what is stored is sealed anew by
 * the vaults in the background, or with `now` by this before it ends.
 *
 * @throws Fault UNAVAILABLE while the KMS is away, and what Postgres throws. To be run again then: it is safe to.
 */
export function runRotateDataKeys(
  config: VaultConfig,
  { organizationId: one, now }: Asked,
  ports: VaultPorts,
): Promise<void> {
  return withVault(config, ports, async (vault) => {
    const rotate = rotateDataKey(vault)
    const all = one === undefined ? paged(rotationStore(vault.vaultDb).organizations) : [{ organizationId: one }]
    for await (const { organizationId } of all) {
      await rotate({ organizationId })
      if (now) await untilFloored(vault, organizationId)
    }
  })
}

/**
 * The `rewrap-data-keys` command: every data key is wrapped anew under the configured master key. Ends when all are.
 *
 * @throws as `runRotateDataKeys`; Error where data keys are left that no master key known here unwraps.
 */
export function runRewrapDataKeys(config: VaultConfig, ports: VaultPorts): Promise<void> {
  return withVault(config, ports, async (vault) => {
    const deps = { ...vault, keys: vault.kms }
    const turn = rewrapDataKeys(deps)
    await orderRewrap(deps)()
    for (let left = Number.POSITIVE_INFINITY; left > 0; ) {
      const { remaining, rewrapped } = await turn()
      if (remaining > 0 && rewrapped === 0 && !(await rewrapStore(vault.vaultKeysDb).isClaimed()))
        throw new Error(`${remaining} data keys do not unwrap under any master key known here: see the lines above`)
      if (rewrapped === 0 && remaining > 0) await sleep(LOOK_MS)
      left = remaining
    }
    vault.log.info(
      { event: 'data-keys.wrapped', masterKey: vault.kms.masterKey },
      'this master key wraps every data key',
    )
  })
}

/** The `data-keys` command: how far rotations are, a line of JSON for each organisation that is behind, and for each master key. */
export function runTellDataKeys(config: VaultConfig, ports: VaultPorts, write: (line: string) => void): Promise<void> {
  return withVault(config, ports, async ({ vaultDb, vaultKeysDb }) => {
    for await (const behind of paged(rotationStore(vaultDb).progress)) write(`${JSON.stringify(behind)}\n`)
    for (const counted of await rewrapStore(vaultKeysDb).counts()) write(`${JSON.stringify(counted)}\n`)
  })
}

/** Every row of a list that is read by pages, in the order of their organisations. */
async function* paged<Row extends { readonly organizationId: string }>(
  read: (after: string, max: number) => Promise<readonly Row[]>,
): AsyncGenerator<Row, void, undefined> {
  let after = ''
  for (;;) {
    const page = await read(after, ROTATION_LIMITS.organizationsRows)
    yield* page
    const last = page.at(-1)
    if (!last) return
    after = last.organizationId
  }
}

async function untilFloored(vault: OpenVault, organizationId: string): Promise<void> {
  const turn = reencryptSecrets(vault)
  const isOver = ({ floor, version }: Reencrypted) => floor === version
  while (!isOver(await turn({ organizationId, known: true }))) await sleep(0)
  vault.log.info({ event: 'data-key.floored', organizationId }, 'what older data keys seal does not open any more')
}
