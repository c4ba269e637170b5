import path from 'node:path'
import { runRig } from '../console/run-rig.js'
import { inheritedEnvironment } from '../system/launcher-config.js'
import { canaryConfig } from './canary-config.js'
import { runCanary } from './run-canary.js'

await runRig((console) =>
  runCanary({
    ...console,
    config: canaryConfig(process.env),
    projectDir: path.resolve(import.meta.dirname, '..', '..', '..'),
    inherited: inheritedEnvironment(process.env),
  }),
)
