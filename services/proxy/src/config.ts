import { configuredPrivateUpstreams, type PrivateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { identityEnvironment, servedPairOf, tlsFilesOf } from '@protectmyapi/service-kit/grpc/identity-environment'
import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import type { TlsFiles } from '@protectmyapi/service-kit/grpc/tls-material'
import {
  Address,
  DurationMs,
  describeVariables,
  EnvironmentError,
  List,
  Port,
  parseEnvironment,
  type ReadFile,
  readParts,
  readSecretFile,
} from '@protectmyapi/service-kit/program/config'
import { LogLevel } from '@protectmyapi/service-kit/program/shared-variables'
import type { RedisTarget } from '@protectmyapi/service-kit/redis/redis'
import { redisEnvironment, redisTarget } from '@protectmyapi/service-kit/redis/redis-config'
import {
  type TelemetryConfig,
  telemetryConfig,
  telemetryEnvironment,
} from '@protectmyapi/service-kit/telemetry/telemetry-config'
import { z } from 'zod'
import { type TrustedProxies, trustedProxies } from './server/source-address.js'

/** An authority that the proxy asks: its address, and the identity that it must have. */
export interface Peer {
  readonly address: string
  readonly serverId: string
}

export interface ProxyConfig {
  readonly logLevel: string
  readonly host: string
  readonly port: number
  /** The certificate shown to apps. Null: an ingress in front terminates TLS. */
  readonly certificate: { readonly certFile: string; readonly keyFile: string } | null
  readonly hostSuffix: string | null
  /** For connections to the installation's own services. */
  readonly tls: TlsFiles
  readonly directory: Peer
  readonly vault: Peer
  /** Null: admission goes through management, leases are not shared. */
  readonly redis: RedisTarget | null
  readonly privateUpstreams: PrivateUpstreams
  readonly upstreamCaPem: string | null
  readonly trustedProxies: TrustedProxies
  readonly drainMs: number
  readonly telemetry: TelemetryConfig
}

const DnsSuffix = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'give a DNS name in lower case, such as proxy.example.com')

/** Every variable that the proxy reads. `describe` is what `--help` prints. */
const ProxyEnvironment = z.object({
  LOG_LEVEL: LogLevel.describe('fatal, error, warn, info, debug, trace or silent; default: info'),
  PMA_MODE: z
    .enum(['production', 'development'])
    .default('production')
    .describe(
      'production (default) or development; production refuses development stand-ins unless they are configured explicitly',
    ),
  ...identityEnvironment,
  PMA_PROXY_HOST: z.string().default('0.0.0.0').describe('address to listen on'),
  PMA_PROXY_PORT: Port.default(8080).describe('port to listen on; 0 takes any free port'),
  PMA_PROXY_TLS_CERT_FILE: z.string().optional().describe('certificate that apps are shown, PEM; TLS 1.3'),
  PMA_PROXY_TLS_KEY_FILE: z.string().optional().describe('its private key, PEM'),
  PMA_PROXY_HOST_SUFFIX: DnsSuffix.optional().describe('routes {service}.<suffix> by host name'),
  PMA_DIRECTORY_ADDRESS: Address.describe('management’s Directory, host:port'),
  PMA_VAULT_ADDRESS: Address.describe('the vault, host:port'),
  ...redisEnvironment,
  PMA_ALLOW_PRIVATE_UPSTREAMS: List.default([]).describe(
    'only in development: hosts, or host:port, that may be reached by http and at private addresses',
  ),
  PMA_UPSTREAM_CA_FILE: z.string().optional().describe('a CA trusted for providers beside the public ones, PEM'),
  PMA_TRUSTED_PROXIES: List.default([]).describe('CIDR ranges whose X-Forwarded-For, -Proto and -Host are believed'),
  PMA_DRAIN_MS: DurationMs.default(25_000).describe(
    'how long answers under way may continue after SIGTERM, in milliseconds',
  ),
  ...telemetryEnvironment,
})

/** Pure except for reading the files it is given: main.ts passes in process.env, once. @throws EnvironmentError. */
export function loadConfig(env: NodeJS.ProcessEnv, readFile: ReadFile): ProxyConfig {
  const read = parseEnvironment(ProxyEnvironment, env)
  const identity = (name: string): string => spiffeId(read.PMA_TRUST_DOMAIN, read.PMA_NAMESPACE, name)
  return {
    logLevel: read.LOG_LEVEL,
    host: read.PMA_PROXY_HOST,
    port: read.PMA_PROXY_PORT,
    hostSuffix: read.PMA_PROXY_HOST_SUFFIX ?? null,
    directory: { address: read.PMA_DIRECTORY_ADDRESS, serverId: identity('management') },
    vault: { address: read.PMA_VAULT_ADDRESS, serverId: identity('vault') },
    tls: tlsFilesOf(read),
    drainMs: read.PMA_DRAIN_MS,
    ...readParts({
      certificate: () =>
        servedPairOf(
          'PMA_PROXY_TLS',
          { certFile: read.PMA_PROXY_TLS_CERT_FILE, keyFile: read.PMA_PROXY_TLS_KEY_FILE },
          readFile,
        ),
      redis: () => redisTarget(read, readFile),
      privateUpstreams: () => configuredPrivateUpstreams(read.PMA_MODE, read.PMA_ALLOW_PRIVATE_UPSTREAMS),
      upstreamCaPem: () => upstreamCaOf(read.PMA_UPSTREAM_CA_FILE, readFile),
      trustedProxies: () => parseProxies(read.PMA_TRUSTED_PROXIES),
      telemetry: () => telemetryConfig(read, readFile),
    }),
  }
}

/** For `--help`: every variable and what it is for. */
export function describeEnvironment(): string {
  return describeVariables(ProxyEnvironment)
}

function upstreamCaOf(path: string | undefined, readFile: ReadFile): string | null {
  if (path === undefined) return null
  const text = readSecretFile('PMA_UPSTREAM_CA_FILE', path, readFile)
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw new EnvironmentError([`PMA_UPSTREAM_CA_FILE: ${path} does not contain a PEM certificate`])
  return text
}

function parseProxies(ranges: readonly string[]): TrustedProxies {
  try {
    return trustedProxies(ranges)
  } catch {
    throw new EnvironmentError(['PMA_TRUSTED_PROXIES: give CIDR ranges, such as 10.0.0.0/8, separated by commas'])
  }
}
