import { authorizeByTable, type Caller } from '@protectmyapi/service-kit/grpc/authorize-by-table'
import type { Authorize } from '@protectmyapi/service-kit/grpc/grpc-server'

/**
 * Method → callers. What is not here is refused; a test walks the contract and finds what is missing. Which internal
 * services there are, is looked up with what they ask for.
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
  ['VerifyChains', ['management']],
])

const SERVICE_PATH = '/protectmyapi.directory.v1.Directory/'

/** The table, for the identities of one trust domain and namespace. Deny by default. */
export function authorizeDirectory(trustDomain: string, namespace: string): Authorize {
  const rows = [...DIRECTORY_ACCESS].map(([method, callers]) => [SERVICE_PATH + method, callers] as const)
  return authorizeByTable(rows, trustDomain, namespace)
}
