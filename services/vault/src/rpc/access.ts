import { authorizeByTable, type Caller } from '@protectmyapi/service-kit/grpc/authorize-by-table'
import type { Authorize } from '@protectmyapi/service-kit/grpc/grpc-server'
import type { Purpose } from '../envelope/seal-context.js'

interface Rule {
  /** Management decides, in its grants, which internal services there are. */
  readonly callers: readonly Caller[]
  /** Purposes of the secrets that the method may touch; absent if it never touches a value. */
  readonly purposes?: readonly Purpose[]
}

/**
 * Maps method and purpose to callers. Whatever is missing here is refused. No caller may both write and lease what is
 * injected: management writes and cannot read it back, the others lease and cannot write.
 */
export const ACCESS = {
  PutSecret: { callers: ['management'], purposes: ['injection', 'operational', 'grant-signing'] },
  SettleVersion: { callers: ['management'] },
  DescribeVersions: { callers: ['management'] },
  DestroyVersions: { callers: ['management'] },
  LeaseSecrets: { callers: ['proxy', 'internal service'], purposes: ['injection'] },
  LeaseOperational: { callers: ['management'], purposes: ['operational', 'grant-signing'] },
  ShredOrganization: { callers: ['management'] },
  RotateDataKey: { callers: ['management'] },
  RewrapDataKeys: { callers: ['management'] },
  ReencryptSecrets: { callers: ['management'] },
  SignHead: { callers: ['management'] },
  DescribeHead: { callers: ['management'] },
  ListChains: { callers: ['management'] },
} as const satisfies Record<string, Rule>

const SERVICE_PATH = '/protectmyapi.vault.v1.Vault/'

/** The standard health service reveals nothing of secrets, so every service of this installation may ask. */
const HEALTH_PATHS = ['Check', 'List', 'Watch'].map((method) => `/grpc.health.v1.Health/${method}`)
const HEALTH_CALLERS = ['management', 'proxy', 'vault'] as const

/** Authorizes by the table, for the identities of one trust domain and namespace. Denies by default. */
export function authorizeBy(trustDomain: string, namespace: string): Authorize {
  const rules = Object.entries<Rule>(ACCESS)
  return authorizeByTable(
    [
      ...rules.map(([method, { callers }]) => [SERVICE_PATH + method, callers] as const),
      ...HEALTH_PATHS.map((path) => [path, HEALTH_CALLERS] as const),
    ],
    trustDomain,
    namespace,
  )
}
