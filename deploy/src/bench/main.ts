import path from 'node:path'
import { runRig } from '../console/run-rig.js'
import { inheritedEnvironment } from '../system/launcher-config.js'
import { benchConfig } from './bench-config.js'
import { runBench } from './run-bench.js'

await runRig(({ progress, onEnder }) =>
  runBench({
    config: benchConfig(process.env),
    projectDir: path.resolve(import.meta.dirname, '..', '..', '..'),
    inherited: inheritedEnvironment(process.env),
    progress,
    onEnder: (ender) => onEnder(() => ender.stop()),
  }),
)
