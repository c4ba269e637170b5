import { type ReadFile } from '@protectmyapi/service-kit/config'
import type { RedisTarget } from '@protectmyapi/service-kit/redis'
import type { TlsFiles } from '@protectmyapi/service-kit/tls-material'
import { type PrivateUpstreams } from '@protectmyapi/service-kit/upstream-url'
import { type TrustedProxies } from './server/source-address.js'
/** An authority that the proxy asks: where it is and who it must be. */
export interface Peer {
  readonly address: string
  readonly serverId: string
}
export interface ProxyConfig {
  readonly logLevel: string
  readonly host: string
  readonly port: number
  /** Towards apps. Null: an ingress in front terminates TLS. */
  readonly certificate: {
    readonly certFile: string
    readonly keyFile: string
  } | null
  readonly hostSuffix: string | null
  /** Towards our own services. */
  readonly tls: TlsFiles
  readonly directory: Peer
  readonly vault: Peer
  /** Null: admission goes through management, leases are not shared. */
  readonly redis: RedisTarget | null
  readonly privateUpstreams: PrivateUpstreams
  readonly upstreamCaPem: string | null
  readonly trustedProxies: TrustedProxies
  readonly drainMs: number
}
/** Pure but for the files that it is handed: main.ts hands in process.env, once. @throws ConfigError. */
export declare function loadConfig(env: NodeJS.ProcessEnv, readFile: ReadFile): ProxyConfig
/** One line a variable. */
export declare function describeEnvironment(): string
