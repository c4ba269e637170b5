import type { Admission__Output } from '@protectmyapi/protos/generated/directory/v1/Admission'
import type { AdmitRequest__Output } from '@protectmyapi/protos/generated/directory/v1/AdmitRequest'
import type { AdmitResponse } from '@protectmyapi/protos/generated/directory/v1/AdmitResponse'
import type { Decision } from '@protectmyapi/protos/generated/directory/v1/Decision'
import type { LimitScope__Output } from '@protectmyapi/protos/generated/directory/v1/LimitScope'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { type InboxEntry, placeOf, toInboxEntry } from '../record/access-entry.js'
import { onRecord, writeInbox } from '../record/access-inbox.js'
import { grouped } from './grouped.js'
import { type BucketDraw, lockBuckets } from './rate-buckets.js'

const LIMITS = {
  /** In one call. */
  admissionsMax: 512,
  bucketsPerAdmissionMax: 32,
  keyCharsMax: 128,
  /**
   * How many calls share a transaction, and how many transactions run at once: few, because they lock the same buckets.
   */
  group: { callsMax: 16, runningMax: 2, waitingMax: 256 },
} as const

interface Asked {
  readonly entry: InboxEntry
  readonly draws: readonly ScopedDraw[]
}

interface ScopedDraw extends BucketDraw {
  readonly scope: LimitScope__Output
}

/**
 * Admission over Postgres: limits drawn and admitted entries written in one committed transaction, before the answer.
 * No record, no injection. Idempotent on (boot, shard, sequence): a repeated admission neither writes nor draws again.
 *
 * The function throws Fault INVALID_REQUEST, CONFLICT, UNAVAILABLE.
 */
export function createAdmit(db: Knex): (request: AdmitRequest__Output) => Promise<AdmitResponse> {
  const decideTogether = grouped<readonly Asked[], readonly Decision[]>(LIMITS.group, (calls) => decideAll(db, calls))
  return async ({ bootId, admissions }) => {
    if (admissions.length === 0) return { decisions: [] }
    if (admissions.length > LIMITS.admissionsMax)
      throw new Fault('INVALID_REQUEST', `more than ${LIMITS.admissionsMax} admissions`)
    const asked = admissions.map((admission) => readAdmission(bootId, admission))
    return { decisions: [...(await decideTogether(asked))] }
  }
}

function readAdmission(bootId: string, { entry, buckets }: Admission__Output): Asked {
  if (entry?.kind !== 'ENTRY_KIND_ADMITTED' || buckets.length > LIMITS.bucketsPerAdmissionMax) {
    throw new Fault('INVALID_REQUEST', 'an admission out of shape')
  }
  for (const { key, count, periodMs, burst } of buckets) {
    const sound =
      key !== '' &&
      key.length <= LIMITS.keyCharsMax &&
      !key.includes('\u0000') &&
      count > 0 &&
      periodMs > 0 &&
      burst > 0
    if (!sound) throw new Fault('INVALID_REQUEST', 'a bucket out of shape')
  }
  return { entry: toInboxEntry(bootId, entry), draws: buckets }
}

async function decideAll(db: Knex, calls: readonly (readonly Asked[])[]): Promise<(readonly Decision[])[]> {
  const all = calls.flat()
  return db.transaction(async (trx) => {
    const buckets = await lockBuckets(
      trx,
      all.flatMap(({ draws }) => draws.map(({ key }) => key)),
    )
    // After the locks, so that a repeated call waits behind the first one and finds what that one wrote.
    const known = new Map(
      await onRecord(
        trx,
        all.map(({ entry }) => entry),
      ),
    )
    const admitted: InboxEntry[] = []
    const decide = ({ entry, draws }: Asked): Decision => {
      const taker = known.get(placeOf(entry))
      if (taker !== undefined && taker !== entry.requestId)
        throw new Fault('CONFLICT', `place ${placeOf(entry)} is another request's`)
      if (taker !== undefined) return { admitted: {} }
      const limited = buckets.draw(draws)
      if (limited) return limitedBy(limited.limitedBy, limited.retryAfterMs)
      known.set(placeOf(entry), entry.requestId)
      admitted.push(entry)
      return { admitted: {} }
    }
    const decisions = calls.map((call) => call.map(decide))
    await buckets.save()
    await writeInbox(trx, admitted)
    return decisions
  })
}

function limitedBy({ scope, count, periodMs }: ScopedDraw, retryAfterMs: number): Decision {
  return { limited: { scope, count, periodMs, retryAfterMs: Math.ceil(retryAfterMs) } }
}
