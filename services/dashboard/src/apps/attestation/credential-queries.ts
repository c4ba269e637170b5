import { queryOptions } from '@tanstack/react-query'
import { api } from '../../api/client.js'
import { Problem } from '../../api/problem.js'
import { readOf } from '../../api/read.js'
import type { AttestationCredential } from '../../api/types.js'
import { appKey } from '../app-queries.js'

/** What an app's Play Integrity is verified with, without its secret. Null where nothing is stored. */
export const credentialOptions = (org: string, app: string) =>
  queryOptions({
    queryKey: [...appKey(org, app), 'attestation-credential'],
    queryFn: () =>
      readOf<AttestationCredential>(
        api.GET('/orgs/{org}/apps/{app}/attestation-credential', { params: { path: { org, app } } }),
      ).catch(nullIfNone),
  })

function nullIfNone(thrown: unknown): null {
  if (thrown instanceof Problem && thrown.code === 'NOT_FOUND') return null
  throw thrown
}
