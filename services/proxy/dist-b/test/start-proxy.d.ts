import { type IncomingHttpHeaders } from 'node:http'
import type { WatchedMaterial } from '@protectmyapi/service-kit/tls-material'
import { type Listener } from '../server/listener.js'
import { type FakeDataPlane } from './fake-data-plane.js'
export declare const KEY = 'sk-test-Zq81hd_72Kfh-27dkHTw9'
export declare const APP_TOKEN: string
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
    options?: {
      headers?: Record<string, string | string[]>
      body?: string | Buffer
    },
  ): Promise<Answer>
  close(): Promise<void>
}
/** The proxy as it is built, apart from the authorities; its service `up` goes to the given upstream. */
export declare function startProxy(
  upstreamPort: number,
  {
    exempt,
    hostSuffix,
    proxies,
    underWayMax,
    certificate,
  }?: {
    exempt?: string[]
    hostSuffix?: string | null
    proxies?: string[]
    underWayMax?: number
    certificate?: WatchedMaterial | null
  },
): Promise<ProxyUnderTest>
