import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenVault, OpenVaultConfig, VaultPorts } from '../open-vault.js'
import { eachOrganization } from '../rotation/each-organization.js'
import { type Reencrypted, reencryptSecrets } from '../rotation/reencrypt-secrets.js'
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
 * one that was named CONFLICT where it was shredded, NOT_FOUND where it has no data key.
 */
export function runRotateDataKeys(
  config: OpenVaultConfig,
  { organizationId, now }: DataKeysToRotate,
  ports: VaultPorts,
): Promise<void> {
  return withVault(config, ports, async (vault) => {
    const rotate = rotateDataKey(vault)
    const rotateOne = async (one: string): Promise<void> => {
      await rotate({ organizationId: one })
      if (now) await untilFloored(vault, one)
    }
    if (organizationId !== undefined) return rotateOne(organizationId)
    for await (const one of eachOrganization(rotationStore(vault.vaultDb).organizations))
      await unlessShredded(rotateOne(one.organizationId))
  })
}

async function untilFloored(vault: OpenVault, organizationId: string): Promise<void> {
  const turn = reencryptSecrets(vault)
  const isOver = ({ floor, version }: Reencrypted) => floor === version
  while (!isOver(await turn({ organizationId, known: true }))) await sleep(0)
  vault.log.info({ event: 'data-key.floored', organizationId }, 'what older data keys seal does not open any more')
}
