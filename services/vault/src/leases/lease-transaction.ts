import type { Clock } from '@protectmyapi/service-kit/clock'
import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import type { Peer } from '@protectmyapi/service-kit/grpc/spiffe'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { authenticPins } from '../grants/authentic-pins.js'
import { type Claims, isForInternalService } from '../grants/claims.js'
import { notPinned, type SignedGrant, signedGrants } from '../grants/signed-grants.js'
import { checkPresented } from '../grants/verify-grant.js'
import type { OpenVersion } from '../versions/open-version.js'
import { type VersionRef, versionName } from '../versions/version-row.js'
import { type GrantedRecord, type LeasableVersion, leaseStore, type Take } from './lease-store.js'

export interface LeaseRequest {
  readonly grant: string
  readonly versionIds: readonly string[]
  readonly peer: Peer
}

/** A request whose grant holds, with the stored versions that it may have. */
export interface Granted {
  readonly claims: Claims
  /** Wall clock, before the read. */
  readonly readMs: number
  /** Keyed by `versionName`. */
  readonly stored: ReadonlyMap<string, LeasableVersion>
}

/** A refusal is returned and not thrown, because it concerns only its own request. */
export type Taken = Granted | Fault

/** A grant that this caller may use now, provided that its key is still pinned; and the rows it is for. */
interface Admitted {
  readonly signed: SignedGrant
  readonly records: readonly GrantedRecord[]
}

/** The result if no request was admitted. */
const NOTHING: Take = { pinned: new Set(), versions: [] }

/**
 * One transaction for several requests: checks that the grants' keys are still pinned, reads the versions that the
 * grants name, and writes the lease rows. There is no lease without a row, and no row without its read.
 *
 * The row records the permission to open: if opening fails afterwards, the trail has one lease too many, never one too
 * few. Opening is left to the caller, because it may ask the KMS, and no connection should wait for that.
 */
export function leaseTransaction({
  vaultDb,
  openVersion,
  clock,
  log,
  proxyId,
}: {
  vaultDb: Knex
  openVersion: OpenVersion
  clock: Clock
  log: Logger
  proxyId: string
}): (requests: readonly LeaseRequest[]) => Promise<readonly Taken[]> {
  const verify = signedGrants(authenticPins({ vaultDb, openVersion, clock, log }))
  const store = leaseStore(vaultDb)

  return async (requests) => {
    const readMs = clock.wallMs()
    const grants = await verify(requests.map(({ grant }) => grant))
    const admitted = requests.map((request, index) => admit(request, grants[index], { nowMs: readMs, proxyId }))
    const holding = admitted.filter((one): one is Admitted => !(one instanceof Fault))
    const { pinned, versions } =
      holding.length === 0
        ? NOTHING
        : await store.take(
            new Set(holding.map(({ signed }) => signed.pin)),
            holding.flatMap(({ records }) => records),
          )
    const found = byName(versions)
    return admitted.map((one): Taken => {
      if (one instanceof Fault) return one
      const { signed, records } = one
      if (!pinned.has(signed.pin)) return notPinned(signed.keyId)
      const stored = records.flatMap((record) => found.get(versionName(record)) ?? [])
      return { claims: signed.claims, readMs, stored: byName(stored) }
    })
  }
}

/** Only what is both asked for and named by the grant is looked up. */
function admit(
  request: LeaseRequest,
  grant: SignedGrant | Fault | undefined,
  at: { readonly nowMs: number; readonly proxyId: string },
): Admitted | Fault {
  if (grant === undefined) throw new Error('a grant was not looked at')
  if (grant instanceof Fault) return grant
  const { claims, pin } = grant
  try {
    checkPresented(claims, request.peer, at)
  } catch (err) {
    return asFault(err)
  }
  const route = isForInternalService(claims)
    ? { appId: null, serviceId: null }
    : { appId: claims.app, serviceId: claims.svc }
  const who = { pin, caller: request.peer.spiffeId, ...route }
  const named = claims.sec.filter(({ ver }) => request.versionIds.includes(ver))
  const records = named.map(({ id, ver }) => ({ organizationId: claims.org, secretId: id, versionId: ver, ...who }))
  return { signed: grant, records: [...byName(records).values()] }
}

function byName<Ref extends VersionRef>(refs: readonly Ref[]): Map<string, Ref> {
  return new Map(refs.map((ref) => [versionName(ref), ref]))
}
