import { authorizeByTable, type Caller } from '@protectmyapi/service-kit/grpc/authorize-by-table'
import type { Authorize } from '@protectmyapi/service-kit/grpc/grpc-server'

/**
 * Method → callers. A method that is not here is refused; a test walks the contract and finds what is missing. Whether
 * an internal service is registered is looked up together with what it asks for.
 */
export const DIRECTORY_ACCESS: ReadonlyMap<string, readonly Caller[]> = new Map([
  ['Sync', ['proxy']],
  ['ResolveRoute', ['proxy']],
  ['ResolveSecrets', ['internal service']],
  ['ListSessionKeys', ['proxy']],
  ['Admit', ['proxy']],
  ['RecordAccess', ['proxy']],
  ['DrawQuota', ['proxy']],
  ['ExchangeDebugToken', ['proxy']],
  ['IssueChallenge', ['proxy']],
  ['ExchangeAttestation', ['proxy']],
  ['VerifyChains', ['management']],
])

const SERVICE_PATH = '/protectmyapi.directory.v1.Directory/'

/** The table, for the identities of one trust domain and namespace. Deny by default. */
export function authorizeDirectory(trustDomain: string, namespace: string): Authorize {
  const rows = [...DIRECTORY_ACCESS].map(([method, callers]) => [SERVICE_PATH + method, callers] as const)
  return authorizeByTable(rows, trustDomain, namespace)
}
