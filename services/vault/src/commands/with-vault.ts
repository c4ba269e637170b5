import { type OpenVault, type OpenVaultConfig, openVault, type VaultPorts } from '../open-vault.js'

/** Opens the vault for the duration of an operator's command, beside vaults that serve. */
export async function withVault(
  config: OpenVaultConfig,
  ports: VaultPorts,
  work: (vault: OpenVault) => Promise<void>,
): Promise<void> {
  const vault = await openVault(config, ports)
  try {
    await work(vault)
  } finally {
    vault.keys.clear()
    await Promise.all([vault.vaultDb.destroy(), vault.vaultKeysDb.destroy()])
  }
}
