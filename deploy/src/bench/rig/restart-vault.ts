import { type RunningSystem, savedEnvironment, specsOf } from '../../system/start-system.js'

/** Ends the vault and starts it with the same settings. It then holds no data key. */
export async function restartVault({ config, logs, supervisor }: RunningSystem): Promise<void> {
  const env = await savedEnvironment(config.stateDir, 'vault')
  if (env === undefined) throw new Error('the vault was never started')
  await supervisor.stop('vault')
  await supervisor.start(specsOf({ config }, logs)('vault', 'vault', env))
}
