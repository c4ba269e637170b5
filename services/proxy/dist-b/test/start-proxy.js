import { request as httpRequest } from 'node:http'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { newToken } from '@protectmyapi/service-kit/tokens'
import { privateUpstreams } from '@protectmyapi/service-kit/upstream-url'
import { createDialler } from '../forward/dialler.js'
import { createPools } from '../forward/pools.js'
import { createPipeline } from '../pipeline.js'
import { createLane } from '../routes/lanes.js'
import { createHandle } from '../server/handle.js'
import { createListener } from '../server/listener.js'
import { trustedProxies } from '../server/source-address.js'
import { fakeDataPlane, heldSecret, routeTo } from './fake-data-plane.js'
import { silentLog } from './silent-log.js'
export const KEY = 'sk-test-Zq81hd_72Kfh-27dkHTw9'
export const APP_TOKEN = newToken('app')
/** The proxy as it is built, apart from the authorities; its service `up` goes to the given upstream. */
export async function startProxy(
  upstreamPort,
  {
    exempt = [`127.0.0.1:${upstreamPort}`],
    hostSuffix = null,
    proxies = [],
    underWayMax = 1_000,
    certificate = null,
  } = {},
) {
  const plane = fakeDataPlane()
  const origin = `http://127.0.0.1:${upstreamPort}`
  plane.routeOf.set('up', routeTo(origin))
  plane.secrets.set(
    'sec_1',
    heldSecret('sec_1', KEY, { origins: [origin], placements: [{ kind: 'header', name: 'authorization' }] }),
  )
  const log = silentLog()
  const clock = systemClock
  const pools = createPools(createDialler({ exempt: privateUpstreams(exempt) }), log)
  const underWay = createLane({ totalMax: 1_000, perOwnerMax: underWayMax })
  const pipeline = createPipeline({ ...plane, forwarding: { pools, clock }, underWay, log })
  let draining = false
  const handle = createHandle({
    pipeline,
    dataPlane: plane,
    clock,
    log,
    hostSuffix,
    proxies: trustedProxies(proxies),
    isDraining: () => draining,
  })
  const listener = createListener(handle, certificate)
  const port = await listener.listen('127.0.0.1', 0)
  return {
    port,
    plane,
    listener,
    drain: () => {
      draining = true
    },
    send: (method, path, { headers = { authorization: `Bearer ${APP_TOKEN}` }, body } = {}) =>
      new Promise((resolve, reject) => {
        const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
          const chunks = []
          response.on('data', (chunk) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            const { statusCode = 0, headers, rawHeaders, trailers } = response
            resolve({ status: statusCode, headers, rawHeaders, trailers, body: Buffer.concat(chunks).toString('utf8') })
          })
        })
        request.on('error', reject)
        request.end(body)
      }),
    async close() {
      await listener.drain(0)
      await pools.destroy()
    },
  }
}
//# sourceMappingURL=start-proxy.js.map
