import { Fault } from '@protectmyapi/service-kit/faults'
import type { Authorize } from '@protectmyapi/service-kit/grpc/grpc-server'
import { isInternalIdentity, spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'

/** Which internal services there are, is looked up with what they ask for. */
type Caller = 'proxy' | 'internal service'

/** Method → callers. What is not here is refused; a test walks the contract and finds what is missing. */
export const DIRECTORY_ACCESS: ReadonlyMap<string, readonly Caller[]> = new Map([
  ['Sync', ['proxy']],
  ['ResolveRoute', ['proxy']],
  ['ResolveSecrets', ['internal service']],
  ['ListSessionKeys', ['proxy']],
  ['Admit', ['proxy']],
  ['RecordAccess', ['proxy']],
  ['DrawQuota', ['proxy']],
  ['ExchangeDebugToken', ['proxy']],
])

const SERVICE_PATH = '/protectmyapi.directory.v1.Directory/'

/** The table, for the identities of one trust domain and namespace. Deny by default. */
export function authorizeDirectory(trustDomain: string, namespace: string): Authorize {
  return (path, peer) => {
    const method = path.startsWith(SERVICE_PATH) ? path.slice(SERVICE_PATH.length) : ''
    const callers = DIRECTORY_ACCESS.get(method) ?? []
    if (callers.some(isCaller(peer.spiffeId))) return
    throw new Fault('FORBIDDEN', `${peer.spiffeId} may not call ${path}`)
  }

  function isCaller(id: string): (caller: Caller) => boolean {
    return (caller) =>
      caller === 'internal service'
        ? isInternalIdentity(trustDomain, namespace, id)
        : id === spiffeId(trustDomain, namespace, caller)
  }
}
