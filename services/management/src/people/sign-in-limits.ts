import type { Clock } from '@protectmyapi/service-kit/clock'
import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import { createAddressRates } from '@protectmyapi/service-kit/fairness/address-rates'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { createTurns } from '../fairness/turns.js'

/**
 * Failed attempts in a window. The window is short: it slows an attacker to a few thousand guesses a day, and locks
 * nobody out for long. Addresses are counted by their block, because an IPv6 customer has any number of them.
 */
const LIMITS = {
  windowSeconds: 300,
  /** For one e-mail address, from all IP addresses that it has not signed in from. */
  perEmail: 10,
  /** For one e-mail address from an IP address that it has signed in from. Strangers cannot lock that person out. */
  perKnownAddress: 10,
  /** From one IP address, for all e-mail addresses. Higher, because an office shares one. */
  perAddress: 50,
  /** How long an IP address stays known after its last sign-in ended. */
  knownDays: 30,
  /** Attempts from one IP address, failed or not, that reach Postgres. Counted in each process. */
  attempts: { count: 300, periodMs: 60_000, burst: 100 },
  /** Attempts of one IP address wait for each other in Postgres, so few hold a connection, as with the hasher. */
  turns: { atOnce: 2, waitingMax: 256, waitingPerOwnerMax: 64 },
} as const

/** An attempt under way. It counts as failed until it is forgiven. */
interface Attempt {
  readonly subjects: readonly string[]
  /** As Postgres writes it, because a Date has no microseconds. */
  readonly at: string
}

export interface SignInLimits {
  /** @throws Fault RATE_LIMITED with Retry-After; UNAVAILABLE where too many attempts wait at once. */
  reserve(who: { email: string | undefined; address: string }): Promise<Attempt>
  /** Deletes an attempt that succeeded. */
  forgive(attempt: Attempt): Promise<void>
  /** Deletes attempts older than the window, and sign-ins whose IP address is no longer known. */
  prune(): Promise<void>
}

export function createSignInLimits(db: Knex, clock: Pick<Clock, 'monotonicMs'>): SignInLimits {
  const rates = createAddressRates('attempts to sign in', LIMITS.attempts, clock)
  const turns = createTurns('attempts to sign in', LIMITS.turns)
  return {
    reserve: async ({ email, address }) => {
      const block = addressBlock(address)
      rates.draw(block)
      return turns.take(block, () => db.transaction((trx) => reserve(trx, email, block)))
    },
    forgive: async ({ subjects, at }) => {
      await db('sign_in_attempts')
        .whereIn('subject', [...subjects])
        .andWhere('at', at)
        .delete()
    },
    prune: async () => {
      await db('sign_in_attempts')
        .where('at', '<', db.raw(`now() - make_interval(secs => ?)`, [LIMITS.windowSeconds]))
        .delete()
      await db('sign_ins')
        .where('expires_at', '<', db.raw('now() - make_interval(days => ?)', [LIMITS.knownDays]))
        .delete()
    },
  }
}

async function reserve(trx: Knex, email: string | undefined, block: string): Promise<Attempt> {
  const bounds = [
    ...(email === undefined ? [] : [await emailBound(trx, email, block)]),
    { subject: `address ${block}`, max: LIMITS.perAddress },
  ]
  // One at a time for each subject. Otherwise parallel attempts would all be the last one allowed. Sorted: no deadlock.
  const subjects = bounds.map(({ subject }) => subject).sort()
  for (const subject of subjects)
    await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`sign-in ${subject}`])
  for (const { subject, max } of bounds) await refuseOver(trx, subject, max)
  const { rows } = await trx.raw<{ rows: { at: string }[] }>('SELECT clock_timestamp()::text AS at')
  const at = rows[0]?.at ?? ''
  await trx('sign_in_attempts').insert(subjects.map((subject) => ({ subject, at })))
  return { subjects, at }
}

async function emailBound(trx: Knex, email: string, block: string): Promise<{ subject: string; max: number }> {
  const signedInFrom = await trx('sign_ins')
    .join('users', 'users.id', 'sign_ins.user_id')
    .where('users.email', email)
    .distinct<{ address: string }[]>('sign_ins.address')
  if (signedInFrom.some(({ address }) => addressBlock(address) === block))
    return { subject: `email ${email} at ${block}`, max: LIMITS.perKnownAddress }
  return { subject: `email ${email}`, max: LIMITS.perEmail }
}

async function refuseOver(trx: Knex, subject: string, max: number): Promise<void> {
  // Finds the attempt that must leave the window before another one may be made.
  const { rows } = await trx.raw<{ rows: { seconds: number }[] }>(
    `SELECT extract(epoch FROM at + make_interval(secs => ?) - clock_timestamp())::float8 AS seconds
     FROM sign_in_attempts WHERE subject = ? AND at > clock_timestamp() - make_interval(secs => ?)
     ORDER BY at DESC OFFSET ? LIMIT 1`,
    [LIMITS.windowSeconds, subject, LIMITS.windowSeconds, max - 1],
  )
  const [blocking] = rows
  if (!blocking) return
  throw new Fault('RATE_LIMITED', 'too many failed sign-ins', {
    say: 'Too many failed attempts. Try again after the time in Retry-After.',
    retryAfterSeconds: Math.max(1, blocking.seconds),
  })
}
