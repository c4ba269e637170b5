import { Fault } from '@protectmyapi/service-kit/faults'
import type { Authorize } from '@protectmyapi/service-kit/grpc/grpc-server'
import { isInternalIdentity, spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import type { Purpose } from '../envelope/seal-context.js'

/** Services that have any business here. Which internal services there are is management's to say, in their grants. */
type Caller = 'management' | 'proxy' | 'vault' | 'internal service'

interface Rule {
  readonly callers: readonly Caller[]
  /** What secrets the method may be about; absent where it never touches a value. */
  readonly purposes?: readonly Purpose[]
}

/**
 * Method and purpose → callers. What is not here is refused. Nobody may both write and lease what is injected:
 * management writes and cannot read it back, the others lease and cannot write.
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

/** The standard health service says nothing of a secret: whoever is of this installation may ask. */
const HEALTH_PATHS = ['Check', 'List', 'Watch'].map((method) => `/grpc.health.v1.Health/${method}`)
const HEALTH_CALLERS = ['management', 'proxy', 'vault'] as const

/** The table, for the identities of one trust domain and namespace. Deny by default. */
export function authorizeBy(trustDomain: string, namespace: string): Authorize {
  // Once, and not with each call.
  const allowed = new Map<string, ReadonlySet<string>>()
  const idOf = (caller: Caller) => (caller === 'internal service' ? caller : spiffeId(trustDomain, namespace, caller))
  for (const [method, { callers }] of Object.entries<Rule>(ACCESS)) {
    allowed.set(SERVICE_PATH + method, new Set(callers.map(idOf)))
  }
  for (const path of HEALTH_PATHS) allowed.set(path, new Set(HEALTH_CALLERS.map(idOf)))
  return (path, peer) => {
    const callers = allowed.get(path)
    if (callers?.has(peer.spiffeId)) return
    // No SPIFFE id has a blank in it.
    if (callers?.has('internal service') && isInternalIdentity(trustDomain, namespace, peer.spiffeId)) return
    throw new Fault('FORBIDDEN', `${peer.spiffeId} may not call ${path}`)
  }
}
