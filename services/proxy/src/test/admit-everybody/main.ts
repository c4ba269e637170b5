import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { Directory } from '@protectmyapi/protos/directory'
import { Vault } from '@protectmyapi/protos/vault'
import { systemClock as clock } from '@protectmyapi/service-kit/clock'
import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import { createReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import type { Admission } from '../../admit/admission.js'
import { loadConfig } from '../../config.js'
import { createDataPlane } from '../../data-plane.js'
import { createDialler } from '../../dial/dialler.js'
import { createPools } from '../../dial/pools.js'
import { createCrowd } from '../../fairness/crowd.js'
import { createTurnstile } from '../../fairness/turnstile.js'
import { createPipeline } from '../../pipeline.js'
import { createHandle } from '../../server/handle.js'
import { createListener } from '../../server/listener.js'

/**
 * The real proxy except for its admission: every request is let in, and nothing is recorded. `make bench` runs it to
 * show what the rest of the path costs. It is for tests, and no image holds it.
 */
const admission: Admission = {
  async admit() {
    return { admitted: true, ticket: { finish: () => {}, void_: () => {} } }
  },
}

// As in the proxy's own main.
setFlagsFromString('--no-parallel-scavenge')

const config = loadConfig(process.env, (path) => readFileSync(path, 'utf8'))
const log = createLogger('proxy', config.logLevel)
const identity = await watchMaterial(config.tls, log)
const turnstile = createTurnstile()
const dataPlane = createDataPlane({
  directory: createReloadingClient(Directory, config.directory, identity),
  vault: createReloadingClient(Vault, config.vault, identity),
  clock,
  log,
  turnstile,
})
const dial = createDialler({ exempt: config.privateUpstreams, extraCaPem: config.upstreamCaPem ?? undefined })
const underWay = createLane({ totalMax: 8_192, perOwnerMax: 2_048 })
const forwarding = { pools: createPools(dial, log), clock }
const crowd = createCrowd({ loop: { isLate: () => false }, clock, log })
const pipeline = createPipeline({ ...dataPlane, admission, forwarding, underWay, crowd, turnstile, log })
const { hostSuffix, trustedProxies: proxies } = config
const handle = createHandle({ pipeline, dataPlane, clock, log, proxies, hostSuffix, isDraining: () => false })
const port = await createListener(handle, { certificate: null, connected: turnstile.connected, proxies }).listen(
  config.host,
  config.port,
)
await dataPlane.start()
log.info({ port }, 'ready')
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0))
