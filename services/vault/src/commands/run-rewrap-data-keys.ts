import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenVaultConfig, VaultPorts } from '../open-vault.js'
import { orderRewrap, rewrapDataKeys } from '../rotation/rewrap-data-keys.js'
import { withVault } from './with-vault.js'

/** How often this command looks again while another process is doing the work. */
const LOOK_MS = 1_000

/**
 * The `rewrap-data-keys` command: wraps every data key anew under the configured master key, and ends when all are
 * done.
 *
 * @throws Fault UNAVAILABLE while the KMS is away, and what Postgres throws: run the command again then. Error once
 * every data key has been tried and no master key known here unwraps those that are left.
 */
export function runRewrapDataKeys(config: OpenVaultConfig, ports: VaultPorts): Promise<void> {
  return withVault(config, ports, async (vault) => {
    const deps = { ...vault, keys: vault.kms }
    const turn = rewrapDataKeys(deps)
    await orderRewrap(deps)()
    for (let left = Number.POSITIVE_INFINITY; left > 0; ) {
      const { remaining, pass } = await turn()
      if (pass === 'stuck')
        throw new Error(`${remaining} data keys do not unwrap under any configured master key: see the lines above`)
      if (pass === 'elsewhere' && remaining > 0) await sleep(LOOK_MS)
      left = remaining
    }
    vault.log.info(
      { event: 'data-keys.wrapped', masterKey: vault.kms.masterKey },
      'this master key wraps every data key',
    )
  })
}
