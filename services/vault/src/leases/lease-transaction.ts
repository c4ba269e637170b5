import type { Clock } from '@protectmyapi/service-kit/clock'
import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import type { GrantClaims } from '@protectmyapi/service-kit/grant'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { Peer } from '@protectmyapi/service-kit/spiffe'
import { grantKeyStore } from '../grants/grant-key-store.js'
import { grantKeyId, verifyGrant } from '../grants/verify-grant.js'
import { type VersionRef, versionName } from '../versions/version-row.js'
import { type LeasableVersion, type LeaseRecord, leaseStore } from './lease-store.js'

export interface LeaseRequest {
  readonly grant: string
  readonly versionIds: readonly string[]
  readonly peer: Peer
}

/** A request whose grant holds, and what is stored of what it may have. */
export interface Granted {
  readonly claims: GrantClaims
  /** Wall clock before the read. */
  readonly readMs: number
  /** By `versionName`. */
  readonly stored: ReadonlyMap<string, LeasableVersion>
}

/** An expected alternative, not thrown: a refused grant concerns its own request alone. */
export type Taken = Granted | Fault

/**
 * One transaction for several requests: reads the pinned keys, verifies the grants, reads the versions they name and
 * writes the lease rows. What is leased without a row, or a row without its read, does not exist.
 *
 * The row stands for the permission to open: should the opening fail afterwards, the trail says one lease too many,
 * never one too few. Opening is left to the caller: it may ask the KMS, and no connection waits for that.
 */
export const leaseTransaction =
  ({ vaultDb, clock }: { vaultDb: Knex; clock: Clock }) =>
  async (requests: readonly LeaseRequest[]): Promise<readonly Taken[]> => {
    const readMs = clock.wallMs()
    return vaultDb.transaction(async (trx) => {
      const grants = await verifyAll(trx, requests, readMs)
      const wanted = grants.map((claims, index) => versionsOf(claims, requests[index]?.versionIds ?? []))
      const store = leaseStore(trx)
      const found = byName(await store.read([...byName(wanted.flat()).values()]))
      const taken = grants.map((claims, index): Taken => {
        if (claims instanceof Fault) return claims
        const stored = (wanted[index] ?? []).flatMap((ref) => found.get(versionName(ref)) ?? [])
        return { claims, readMs, stored: byName(stored) }
      })
      await store.record(taken.flatMap((one, index) => recordsOf(one, requests[index])))
      return taken
    })
  }

async function verifyAll(
  trx: Knex,
  requests: readonly LeaseRequest[],
  nowMs: number,
): Promise<readonly (GrantClaims | Fault)[]> {
  const keyIds = requests.map(({ grant }) => settled(() => grantKeyId(grant)))
  const keys = await grantKeyStore(trx).find([...new Set(keyIds.filter((id) => typeof id === 'string'))])
  return Promise.all(
    requests.map(async ({ grant, peer }, index) => {
      const keyId = keyIds[index]
      if (keyId instanceof Fault) return keyId
      const publicKey = keyId === undefined ? undefined : keys.get(keyId)
      if (!publicKey) return new Fault('INVALID_GRANT', `grant: no pinned key ${keyId}`)
      return verifyGrant(grant, publicKey, peer, nowMs).catch(asFault)
    }),
  )
}

/** Of what was asked for, what the grant names: nothing else is looked up. */
function versionsOf(claims: GrantClaims | Fault, versionIds: readonly string[]): readonly VersionRef[] {
  if (claims instanceof Fault) return []
  return claims.sec
    .filter(({ ver }) => versionIds.includes(ver))
    .map(({ id, ver }) => ({ organizationId: claims.org, secretId: id, versionId: ver }))
}

function recordsOf(taken: Taken, request: LeaseRequest | undefined): readonly LeaseRecord[] {
  if (taken instanceof Fault || !request) return []
  const { claims, stored } = taken
  const caller = { caller: request.peer.spiffeId, appId: claims.app, serviceId: claims.svc }
  return [...stored.values()].map(({ organizationId, secretId, versionId, generation }) => {
    return { organizationId, secretId, versionId, generation, ...caller }
  })
}

function byName<Ref extends VersionRef>(refs: readonly Ref[]): Map<string, Ref> {
  return new Map(refs.map((ref) => [versionName(ref), ref]))
}

function settled<Value>(work: () => Value): Value | Fault {
  try {
    return work()
  } catch (err) {
    return asFault(err)
  }
}
