import type { VaultConfig } from '../config.js'
import type { VaultPorts } from '../open-vault.js'
import { rewrapStore } from '../rotation/rewrap-store.js'
import { rotationStore } from '../rotation/rotation-store.js'
import { withVault } from './with-vault.js'

/** Organisations that are told of, the first by id. More say nothing that these do not. */
const BEHIND_MAX = 100

/**
 * The `data-keys` command: how far rotations are, a line of JSON for each organisation that is behind, and for each
 * master key.
 */
export function runDataKeys(config: VaultConfig, ports: VaultPorts, write: (line: string) => void): Promise<void> {
  return withVault(config, ports, async ({ vaultDb, vaultKeysDb }) => {
    for (const behind of await rotationStore(vaultDb).progress(BEHIND_MAX)) write(`${JSON.stringify(behind)}\n`)
    for (const counted of await rewrapStore(vaultKeysDb).counts()) write(`${JSON.stringify(counted)}\n`)
  })
}
