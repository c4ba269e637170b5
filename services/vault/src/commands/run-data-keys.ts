import { shownJson } from '@protectmyapi/service-kit/shown-text'
import type { OpenVaultConfig, VaultPorts } from '../open-vault.js'
import { eachOrganization } from '../rotation/each-organization.js'
import { rewrapStore } from '../rotation/rewrap-store.js'
import { rotationStore } from '../rotation/rotation-store.js'
import { withVault } from './with-vault.js'

/**
 * The `data-keys` command: prints how far rotations are, one line of JSON for each organization that is behind and one
 * for each master key.
 */
export function runDataKeys(config: OpenVaultConfig, ports: VaultPorts, write: (line: string) => void): Promise<void> {
  return withVault(config, ports, async ({ vaultDb, vaultKeysDb }) => {
    const tell = (row: object): void => write(`${shownJson(JSON.stringify(row))}\n`)
    for await (const behind of eachOrganization(rotationStore(vaultDb).progress)) tell(behind)
    for (const counted of await rewrapStore(vaultKeysDb).counts()) tell(counted)
  })
}
