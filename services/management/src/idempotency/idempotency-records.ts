import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { isFull } from '../db/is-full.js'
import type { Claim } from '../http/route.js'
import type { Attempt } from './attempt.js'
import { IDEMPOTENCY_LIMITS } from './idempotency-limits.js'

/** A twin of this request has made the thing. Thrown inside the creation's transaction, which it rolls back. */
export class MadeByTwin extends Error {}

export interface IdempotencyRecords {
  /** The id of what this request made earlier, if anything. @throws Fault IDEMPOTENCY_KEY_REUSED, RATE_LIMITED. */
  find(attempt: Attempt): Promise<string | undefined>
  /**
   * To be called first in the transaction that makes the thing. If twins arrive at the same time, the second waits here
   * until the first one's transaction ends. @throws MadeByTwin.
   */
  claim(attempt: Attempt): Claim
  /** Frees the key again when what the request made was undone. */
  forget(attempt: Attempt, made: string): Promise<void>
  prune(): Promise<void>
}

const LIFE = `make_interval(hours => ${IDEMPOTENCY_LIMITS.lifeHours})`
const ALIVE = `created_at > clock_timestamp() - ${LIFE}`

export function createIdempotencyRecords(db: Knex): IdempotencyRecords {
  return {
    async find({ userId, keyHash, fingerprint }) {
      const record = await db('idempotency_records')
        .where({ user_id: userId, key_hash: keyHash })
        .whereRaw(ALIVE)
        .first<{ fingerprint: Buffer; made: string } | undefined>('fingerprint', 'made')
      if (record && !record.fingerprint.equals(fingerprint))
        throw new Fault('IDEMPOTENCY_KEY_REUSED', 'another request')
      if (!record) await refuseTooMany(db, userId)
      return record?.made
    },
    claim({ userId, keyHash, fingerprint }) {
      return async (trx, made) => {
        const { rows } = await trx.raw<{ rows: unknown[] }>(
          `INSERT INTO idempotency_records (user_id, key_hash, fingerprint, made) VALUES (?, ?, ?, ?)
           ON CONFLICT (user_id, key_hash) DO UPDATE
             SET fingerprint = excluded.fingerprint, made = excluded.made, created_at = excluded.created_at
             WHERE NOT (idempotency_records.${ALIVE})
           RETURNING made`,
          [userId, keyHash, fingerprint, made],
        )
        if (rows.length === 0) throw new MadeByTwin(`made by a twin of this request: not ${made}`)
      }
    },
    async forget({ userId, keyHash }, made) {
      await db('idempotency_records').where({ user_id: userId, key_hash: keyHash, made }).delete()
    },
    async prune() {
      await db.raw(
        `DELETE FROM idempotency_records WHERE (user_id, key_hash) IN (
           SELECT user_id, key_hash FROM idempotency_records WHERE NOT (${ALIVE}) ORDER BY created_at LIMIT ?
         )`,
        [IDEMPOTENCY_LIMITS.prunedMax],
      )
    },
  }
}

async function refuseTooMany(db: Knex, userId: string): Promise<void> {
  if (!(await isFull(db('idempotency_records').where('user_id', userId), IDEMPOTENCY_LIMITS.recordsPerPerson))) return
  throw new Fault('RATE_LIMITED', 'too many idempotency records of one person', {
    say: `One person creates at most ${IDEMPOTENCY_LIMITS.recordsPerPerson} things with an Idempotency-Key in ${IDEMPOTENCY_LIMITS.lifeHours} hours.`,
    retryAfterSeconds: IDEMPOTENCY_LIMITS.retryAfterSeconds,
  })
}
