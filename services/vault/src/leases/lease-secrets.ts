import type { Clock } from '@protectmyapi/service-kit/clock'
import { GRANT_SECRETS_MAX } from '@protectmyapi/service-kit/credentials/grant'
import { Fault, type FaultCode } from '@protectmyapi/service-kit/faults'
import { isOutage } from '@protectmyapi/service-kit/pass-refused'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { bindingsReach, isForInternalService, lifeMsMaxOf } from '../grants/claims.js'
import { NO_MEASURES, type VaultMeasures } from '../telemetry/vault-measures.js'
import { checkIdList } from '../versions/bounds.js'
import type { OpenVersion } from '../versions/open-version.js'
import { versionName } from '../versions/version-row.js'
import { type Lease, leaseLife } from './lease.js'
import type { DeriveLeaseKey, LeaseKey } from './lease-key.js'
import { type Granted, type LeaseRequest, leaseTransaction } from './lease-transaction.js'
import { queueLeases } from './queue-leases.js'

export type LeaseOutcome =
  | { readonly versionId: string; readonly lease: Lease }
  | { readonly versionId: string; readonly fault: FaultCode }

export interface LeaseAnswer {
  readonly outcomes: readonly LeaseOutcome[]
  /**
   * The grant's organization's; undefined for internal services, if nothing was leased, and if the data key is not in
   * memory.
   */
  readonly leaseKey: LeaseKey | undefined
}

export interface LeaseDeps {
  readonly vaultDb: Knex
  readonly openVersion: OpenVersion
  readonly clock: Clock
  readonly log: Logger
  readonly measures?: Pick<VaultMeasures, 'leases'>
}

export interface GrantedLeaseDeps extends LeaseDeps {
  readonly deriveLeaseKey: DeriveLeaseKey
  /** SPIFFE id of the proxies. */
  readonly proxyId: string
}

/**
 * Leases exactly the versions that a grant names. A version that cannot be leased has a fault as its outcome.
 *
 * The function throws Fault INVALID_GRANT, INVALID_REQUEST, UNAVAILABLE: then nothing is leased.
 */
export function leaseSecrets(deps: GrantedLeaseDeps): (request: LeaseRequest) => Promise<LeaseAnswer> {
  const { leases } = deps.measures ?? NO_MEASURES
  const take = queueLeases({
    proxyId: deps.proxyId,
    run: leaseTransaction(deps),
    isOutage,
  })
  return async (request) => {
    const { versionIds } = request
    checkIdList('version_ids', versionIds)
    if (versionIds.length > GRANT_SECRETS_MAX) throw new Fault('INVALID_REQUEST', 'more versions than a grant names')
    const taken = await take(request)
    if (taken instanceof Fault) throw taken
    // One after the other: the first may fetch the organization's data key, and the rest find it.
    const outcomes: LeaseOutcome[] = []
    try {
      for (const versionId of versionIds) outcomes.push(await leaseOne(deps, taken, versionId))
      const leased = outcomes.filter((outcome) => 'lease' in outcome).length
      leases.up(isForInternalService(taken.claims) ? 'internal-service' : 'proxy', leased)
      return { outcomes, leaseKey: leaseKeyFor(deps, taken, outcomes) }
    } catch (err) {
      for (const outcome of outcomes) if ('lease' in outcome) outcome.lease.value.wipe()
      throw err
    }
  }
}

async function leaseOne(
  { openVersion, log }: LeaseDeps,
  { claims, readMs, stored }: Granted,
  versionId: string,
): Promise<LeaseOutcome> {
  const named = claims.sec.find(({ ver }) => ver === versionId)
  const version = named && stored.get(versionName({ organizationId: claims.org, secretId: named.id, versionId }))
  if (!version) return { versionId, fault: 'SECRET_NOT_FOUND' }
  try {
    // LABEL: the grant's generation must equal the row's and the seal's. The purpose is the one that this call serves.
    const expected = { generation: named.gen, purpose: 'injection', floor: version.floor } as const
    const { value, bindings } = await openVersion(version, expected)
    // Only after opening: bindings that no seal has authenticated decide nothing.
    if (!bindingsReach(bindings, claims)) {
      value.wipe()
      return { versionId, fault: 'DESTINATION_NOT_ALLOWED' }
    }
    const life = leaseLife(readMs, claims.exp * 1_000, lifeMsMaxOf(claims))
    return { versionId, lease: { secretId: named.id, versionId, generation: named.gen, value, bindings, life } }
  } catch (err) {
    if (!(err instanceof Fault && err.code === 'SECRET_DECRYPTION_FAILED')) throw err
    log.error({ err, organizationId: claims.org, secretId: named.id, versionId }, 'a secret cannot be opened')
    return { versionId, fault: err.code }
  }
}

/**
 * Derived from the data key under which the organization seals now, not from the one under which a version was sealed.
 * After a rotation nothing more is shared under the old key, and an organization has one lease key an hour, whatever
 * the age of its versions.
 */
function leaseKeyFor(
  { deriveLeaseKey }: GrantedLeaseDeps,
  { claims, readMs, stored }: Granted,
  outcomes: readonly LeaseOutcome[],
): LeaseKey | undefined {
  // A lease key opens whatever proxies share for the organization, but an internal service may use only the secrets
  // bound to it.
  if (isForInternalService(claims)) return undefined
  // A caller that is leased nothing could use the key only to read what others share.
  const [version] = outcomes.some((outcome) => 'lease' in outcome) ? stored.values() : []
  return version && deriveLeaseKey(version.currentKey, readMs)
}
