import path from 'node:path'
import { runRig } from '../console/run-rig.js'
import { inheritedEnvironment } from '../system/launcher-config.js'
import { chaosConfig } from './chaos-config.js'
import { runChaos } from './run-chaos.js'

await runRig(({ progress, onEnder }) =>
  runChaos({
    config: chaosConfig(process.env),
    projectDir: path.resolve(import.meta.dirname, '..', '..', '..'),
    inherited: inheritedEnvironment(process.env),
    progress,
    onEnder,
  }),
)
