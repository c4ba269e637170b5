import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import { NAMESPACE, TRUST_DOMAIN } from '../../system/identities.js'
import type { ColdJob, ColdResult, Granted, GrantsJob, GrantsResult, LeaseJob } from '../lease-load/lease-jobs.js'
import type { LoadResult } from '../load/jobs.js'
import type { Rig } from './rig.js'

const LIMITS = {
  /** Time beyond a job's own. */
  graceMs: 20_000,
  /** Allowed for one grant, or for one cold walk of route and lease, on a busy machine. */
  callMs: 200,
} as const

/** A process that asks Directory and vault with a proxy's certificate. */
export interface Leaser {
  grants(asked: GrantsJob['asked']): Promise<readonly Granted[]>
  lease(job: Omit<LeaseJob, 'kind'>): Promise<LoadResult>
  /** Answers the delay of each call. */
  cold(asked: ColdJob['asked'], calls: number): Promise<readonly number[]>
}

export async function startLeaser({ system, worker, pinning }: Rig): Promise<Leaser> {
  const { ca, proxies } = system.identities
  const { cert = '', key = '' } = proxies[0] ?? {}
  const args = [cert, key, ca, spiffeId(TRUST_DOMAIN, NAMESPACE, 'vault')]
  const { run } = await worker<LeaseJob | GrantsJob | ColdJob, LoadResult & GrantsResult & ColdResult>(
    'lease-load',
    args,
    pinning.helper,
  )
  const { ports } = system.config
  const directory = {
    address: `127.0.0.1:${ports.directory}`,
    serverId: spiffeId(TRUST_DOMAIN, NAMESPACE, 'management'),
  }
  const vaultAddress = `127.0.0.1:${ports.vault}`
  const within = (calls: number): number => calls * LIMITS.callMs + LIMITS.graceMs
  return {
    grants: async (asked) => (await run({ kind: 'grants', directory, asked }, within(asked.length))).grants,
    lease: (job) => run({ kind: 'lease', ...job }, job.msMax + LIMITS.graceMs),
    cold: async (asked, calls) =>
      (await run({ kind: 'cold', directory, vaultAddress, asked, calls }, within(calls))).delaysMs,
  }
}
