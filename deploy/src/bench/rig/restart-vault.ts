import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { environmentFile, type RunningSystem, specsOf } from '../../system/start-system.js'

const Variables = z.record(z.string(), z.string())

/** Ends the vault and starts it with what it had been told: it holds no data key then. */
export async function restartVault({ config, logs, supervisor }: RunningSystem): Promise<void> {
  const env = Variables.parse(JSON.parse(await readFile(environmentFile(config.stateDir, 'vault'), 'utf8')))
  await supervisor.stop('vault')
  await supervisor.start(specsOf({ config }, logs)('vault', 'vault', env))
}
