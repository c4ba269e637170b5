import { Fault } from '@protectmyapi/service-kit/faults'
import type { Authorize } from '@protectmyapi/service-kit/grpc-server'
import { spiffeId } from '@protectmyapi/service-kit/spiffe'
import type { Purpose } from '../envelope/seal-context.js'

/** Services that have any business here. */
type Caller = 'management' | 'proxy'

interface Rule {
  readonly callers: readonly Caller[]
  /** What secrets the method may be about; absent where it never touches a value. */
  readonly purposes?: readonly Purpose[]
}

/**
 * Method and purpose → callers. What is not here is refused. Nobody may both write and lease what is injected:
 * management writes and cannot read it back, the proxy leases and cannot write.
 */
export const ACCESS = {
  PutSecret: { callers: ['management'], purposes: ['injection', 'operational', 'grant-signing'] },
  SettleVersion: { callers: ['management'] },
  DescribeVersions: { callers: ['management'] },
  DestroyVersions: { callers: ['management'] },
  LeaseSecrets: { callers: ['proxy'], purposes: ['injection'] },
  LeaseOperational: { callers: ['management'], purposes: ['operational', 'grant-signing'] },
  ShredOrganization: { callers: ['management'] },
  RotateDataKey: { callers: ['management'] },
  RewrapDataKeys: { callers: ['management'] },
  ReencryptSecrets: { callers: ['management'] },
  SignHead: { callers: ['management'] },
  DescribeHead: { callers: ['management'] },
} as const satisfies Record<string, Rule>

const SERVICE_PATH = '/protectmyapi.vault.v1.Vault/'

/** The table, for the identities of one trust domain and namespace. Deny by default. */
export function authorizeBy(trustDomain: string, namespace: string): Authorize {
  // Once, and not with each call.
  const allowed = new Map<string, ReadonlySet<string>>()
  for (const [method, { callers }] of Object.entries<Rule>(ACCESS)) {
    allowed.set(SERVICE_PATH + method, new Set(callers.map((caller) => spiffeId(trustDomain, namespace, caller))))
  }
  return (path, peer) => {
    if (!allowed.get(path)?.has(peer.spiffeId)) throw new Fault('FORBIDDEN', `${peer.spiffeId} may not call ${path}`)
  }
}
