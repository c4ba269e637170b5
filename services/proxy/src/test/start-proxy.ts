import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { type Clock, systemClock } from '@protectmyapi/service-kit/clock'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import type { WatchedMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { createDialler, type DiallerOptions } from '../dial/dialler.js'
import { createPools } from '../dial/pools.js'
import { createCrowd } from '../fairness/crowd.js'
import { createTurnstile } from '../fairness/turnstile.js'
import type { ForwardDeps } from '../forward/forward.js'
import { createPipeline } from '../pipeline.js'
import { createHandle } from '../server/handle.js'
import {
  createListener,
  LISTENER_BOUNDS,
  type Listener,
  type ListenerBounds,
  type ListenerOptions,
} from '../server/listener.js'
import { trustedProxies } from '../server/source-address.js'
import type { WatchRequest } from '../telemetry/request-watch.js'
import { type FakeDataPlane, fakeDataPlane, heldSecret, routeTo } from './fake-data-plane.js'
import { silentLog } from './silent-log.js'

export const KEY = 'sk-test-Zq81hd_72Kfh-27dkHTw9'
export const APP_TOKEN = newToken('app')

/** A client's view of an answer. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: string
  readonly trailers: NodeJS.Dict<string>
}

export interface ProxyUnderTest {
  readonly port: number
  readonly plane: FakeDataPlane
  readonly listener: Listener
  drain(): void
  /** Sends with the app token as a bearer, unless other headers are given. */
  send(
    method: string,
    path: string,
    options?: { headers?: Record<string, string | string[]>; body?: string | Buffer },
  ): Promise<Answer>
  close(): Promise<void>
}

/** What a test sets differently. */
export interface ProxyOptions {
  readonly exempt?: string[]
  readonly hostSuffix?: string | null
  readonly proxies?: string[]
  readonly underWayMax?: number
  readonly isLate?: () => boolean
  readonly certificate?: WatchedMaterial | null
  readonly bounds?: Partial<ListenerBounds>
  readonly log?: Logger
  readonly dialling?: Partial<DiallerOptions>
  readonly forwarding?: Pick<ForwardDeps, 'slowReaderMs'>
  readonly watchRequest?: WatchRequest
  readonly crowdedOut?: ListenerOptions['crowdedOut']
  readonly clock?: Clock
}

/** The real proxy except for the authorities; its service `up` goes to the given upstream. */
export async function startProxy(
  upstreamPort: number,
  {
    exempt = [`127.0.0.1:${upstreamPort}`],
    hostSuffix = null,
    proxies = [],
    underWayMax = 1_000,
    isLate = () => false,
    certificate = null,
    bounds = {},
    log = silentLog(),
    dialling = {},
    forwarding = {},
    watchRequest,
    crowdedOut,
    clock = systemClock,
  }: ProxyOptions = {},
): Promise<ProxyUnderTest> {
  const plane = fakeDataPlane()
  const origin = `http://127.0.0.1:${upstreamPort}`
  plane.routeOf.set('up', routeTo(origin))
  plane.secrets.set(
    'sec_1',
    heldSecret('sec_1', KEY, { origins: [origin], placements: [{ kind: 'header', name: 'authorization' }] }),
  )
  const pools = createPools(createDialler({ exempt: privateUpstreams(exempt), ...dialling }), log)
  const underWay = createLane({ totalMax: 1_000, perOwnerMax: underWayMax })
  const turnstile = createTurnstile()
  const pipeline = createPipeline({
    ...plane,
    forwarding: { pools, clock, ...forwarding },
    underWay,
    crowd: createCrowd({ loop: { isLate }, clock, log }),
    turnstile,
    log,
  })
  let draining = false
  const handle = createHandle({
    pipeline,
    dataPlane: plane,
    clock,
    log,
    hostSuffix,
    proxies: trustedProxies(proxies),
    isDraining: () => draining,
    ...(watchRequest ? { watchRequest } : {}),
  })
  const listener = createListener(handle, {
    certificate,
    connected: turnstile.connected,
    proxies: trustedProxies(proxies),
    bounds: { ...LISTENER_BOUNDS, ...bounds },
    ...(crowdedOut ? { crowdedOut } : {}),
  })
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
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
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
