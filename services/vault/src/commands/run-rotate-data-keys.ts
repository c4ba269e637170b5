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
  /** Rotates only this organization's data key; all data keys if absent. */
  readonly organizationId?: string
  /** Somebody else may know the old keys: the command ends only when nothing sealed under them opens any more. */
  readonly now: boolean
}

/**
 * The `rotate-data-keys` command; runs beside serving vaults. New writes are sealed under the new keys. The serving
 * vaults seal anew what is already stored, in the background; with `now`, this command does it before it ends.
 *
 * @throws Fault UNAVAILABLE while the KMS is away, and what Postgres throws: running the command again is safe. For a
 * named organization: CONFLICT if it was shredded, NOT_FOUND if it has no data key. Error, after all other
 * organizations have been processed, if nothing at all of some organization opens or its rotation is refused.
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

const REFUSED = 'the rotation of a data key was refused and skipped: check its row in data_keys'

/**
 * Seals an organization's versions anew, turn by turn, until the floor is raised. False if nothing at all opens: then
 * no version is given up.
 */
async function isFloored(vault: OpenVault, organizationId: string): Promise<boolean> {
  const turn = reencryptSecrets(vault)
  for (;;) {
    const { floor, version, pass } = await turn({ organizationId, known: true })
    if (floor === version) break
    if (pass === 'stuck') return false
    await sleep(0)
  }
  vault.log.info(
    { event: 'data-key.floored', organizationId },
    'what is sealed under older data keys can no longer be opened',
  )
  return true
}

function keptWords(organizations: readonly string[]): string {
  return (
    `no secret of ${shownNames(organizations)} can be opened, so none sealed under their older data keys was given up. Check that ` +
    'the master keys that wrap those data keys are configured (PMA_KMS_OTHER_KEY_ARNS, PMA_KMS_OTHER_KEY_FILES). If they are ' +
    'lost, replace one value of each organization and run this again'
  )
}

function refusedWords(organizations: readonly string[]): string {
  return `the rotation of ${shownNames(organizations)} was refused; the log has the reasons. All other data keys were rotated`
}
