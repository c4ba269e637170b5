import path from 'node:path'
import { runRig } from '../console/run-rig.js'
import { inheritedEnvironment } from '../system/launcher-config.js'
import { outagesConfig } from './outages-config.js'
import { runOutages } from './run-outages.js'

await runRig((console) =>
  runOutages({
    ...console,
    config: outagesConfig(process.env),
    projectDir: path.resolve(import.meta.dirname, '..', '..', '..'),
    inherited: inheritedEnvironment(process.env),
  }),
)
