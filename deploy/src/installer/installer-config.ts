import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import {
  EnvironmentError,
  Port,
  parseEnvironment,
  type ReadFile,
  readSecretFile,
} from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'
import type { KeepOptions } from './certificates/keep-certificates.js'
import type { ClusterAccess } from './secrets/kubernetes-secrets.js'

/** Where Kubernetes mounts the token of a service account. */
const TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token'
const DAY_MS = 86_400_000
const SERVICES = ['vault', 'management', 'proxy'] as const

const Text = z.string().min(1)
const Days = z.coerce.number().int().min(1)

const ClusterEnvironment = z.object({
  LOG_LEVEL: Text.default('info'),
  KUBERNETES_SERVICE_HOST: Text,
  KUBERNETES_SERVICE_PORT: Port,
  PMA_NAMESPACE: Text,
  PMA_SECRET_PREFIX: Text,
})

const CertificatesEnvironment = ClusterEnvironment.extend({
  PMA_TRUST_DOMAIN: Text,
  PMA_LEAF_DAYS: Days,
  PMA_AUTHORITY_DAYS: Days,
})

const DatabasesEnvironment = z.object({ PMA_POSTGRES_HOST: Text, PMA_SECRETS_DIR: Text })

const TestEnvironment = z.object({
  PMA_TEST_MANAGEMENT: z.url(),
  PMA_TEST_PROXY: z.url(),
  PMA_TEST_TOKEN_FILE: Text.optional(),
  PMA_TEST_ORGANIZATION: Text.optional(),
  PMA_TEST_EMAIL: Text.optional(),
  PMA_TEST_PASSWORD_FILE: Text.optional(),
  PMA_TEST_DEMO_PROVIDER: z.url({ protocol: /^http$/ }).optional(),
  PMA_TEST_UPSTREAM: z.url().default('https://api.openai.com/v1'),
  PMA_TEST_UPSTREAM_PATH: z.string().startsWith('/').default('/models'),
  PMA_TEST_UPSTREAM_STATUS: z.coerce.number().int().default(401),
})

export interface ClusterConfig {
  readonly logLevel: string
  readonly cluster: ClusterAccess
  readonly prefix: string
}

/** @throws EnvironmentError. */
export function clusterConfig(env: NodeJS.ProcessEnv, readFile: ReadFile): ClusterConfig {
  const given = parseEnvironment(ClusterEnvironment, env)
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = given
  return {
    logLevel: given.LOG_LEVEL,
    cluster: {
      baseUrl: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
      namespace: given.PMA_NAMESPACE,
      token: readSecretFile('token of the service account', TOKEN_FILE, readFile),
    },
    prefix: given.PMA_SECRET_PREFIX,
  }
}

/** @throws EnvironmentError. */
export function renewalConfig(env: NodeJS.ProcessEnv, nowMs: number): KeepOptions {
  const given = parseEnvironment(CertificatesEnvironment, env)
  const { PMA_SECRET_PREFIX: prefix, PMA_NAMESPACE: namespace, PMA_TRUST_DOMAIN: trustDomain } = given
  return {
    prefix,
    services: new Map(
      SERVICES.map((name) => [
        name,
        { spiffeId: spiffeId(trustDomain, namespace, name), dnsNames: [`${prefix}-${name}.${namespace}.svc`] },
      ]),
    ),
    leafMs: given.PMA_LEAF_DAYS * DAY_MS,
    authorityMs: given.PMA_AUTHORITY_DAYS * DAY_MS,
    nowMs,
  }
}

/** @throws EnvironmentError. */
export function databasesConfig(env: NodeJS.ProcessEnv): { readonly host: string; readonly secretsDir: string } {
  const given = parseEnvironment(DatabasesEnvironment, env)
  return { host: given.PMA_POSTGRES_HOST, secretsDir: given.PMA_SECRETS_DIR }
}

export interface TestConfig {
  readonly management: string
  readonly proxy: string
  /** A personal access token and its organization, or an owner, who belongs to one. */
  readonly as:
    | { readonly token: string; readonly organization: string }
    | { readonly email: string; readonly password: string }
  /** A provider, and how it answers a made-up key. `demo`: a provider in this process, which knows the key. */
  readonly upstream: {
    readonly baseUrl: string
    readonly path: string
    readonly status: number
    readonly demo: boolean
  }
}

/** @throws EnvironmentError. */
export function testConfig(env: NodeJS.ProcessEnv, readFile: ReadFile): TestConfig {
  const given = parseEnvironment(TestEnvironment, env)
  return {
    management: given.PMA_TEST_MANAGEMENT,
    proxy: given.PMA_TEST_PROXY,
    as: asOf(given, readFile),
    upstream:
      given.PMA_TEST_DEMO_PROVIDER === undefined
        ? {
            baseUrl: given.PMA_TEST_UPSTREAM,
            path: given.PMA_TEST_UPSTREAM_PATH,
            status: given.PMA_TEST_UPSTREAM_STATUS,
            demo: false,
          }
        : { baseUrl: given.PMA_TEST_DEMO_PROVIDER, path: '/', status: 200, demo: true },
  }
}

function asOf(given: z.output<typeof TestEnvironment>, readFile: ReadFile): TestConfig['as'] {
  const { PMA_TEST_TOKEN_FILE: tokenFile, PMA_TEST_PASSWORD_FILE: passwordFile } = given
  if (tokenFile !== undefined && given.PMA_TEST_ORGANIZATION !== undefined) {
    const token = readSecretFile('PMA_TEST_TOKEN_FILE', tokenFile, readFile)
    return { token, organization: given.PMA_TEST_ORGANIZATION }
  }
  if (passwordFile !== undefined && given.PMA_TEST_EMAIL !== undefined) {
    const password = readSecretFile('PMA_TEST_PASSWORD_FILE', passwordFile, readFile)
    return { email: given.PMA_TEST_EMAIL, password }
  }
  throw new EnvironmentError([
    'PMA_TEST_TOKEN_FILE and PMA_TEST_ORGANIZATION, or PMA_TEST_EMAIL and PMA_TEST_PASSWORD_FILE: give either pair',
  ])
}
