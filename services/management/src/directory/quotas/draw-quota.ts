import type { DrawQuotaRequest__Output } from '@protectmyapi/protos/generated/directory/v1/DrawQuotaRequest'
import type { DrawQuotaResponse } from '@protectmyapi/protos/generated/directory/v1/DrawQuotaResponse'
import type { QuotaBlock } from '@protectmyapi/protos/generated/directory/v1/QuotaBlock'
import type { QuotaCounter__Output } from '@protectmyapi/protos/generated/directory/v1/QuotaCounter'
import type { QuotaDraw__Output } from '@protectmyapi/protos/generated/directory/v1/QuotaDraw'
import type { QuotaReturn__Output } from '@protectmyapi/protos/generated/directory/v1/QuotaReturn'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { PERIOD_OF_WIRE, SCOPE_OF_WIRE } from '../../api-services/quotas.js'
import { grouped } from '../admit/grouped.js'
import { databaseNowMs } from '../database-now.js'
import { quotaBlock } from './quota-block.js'
import { type CounterInPeriod, lockCounters, type QuotaCounter } from './quota-counters.js'
import { utcPeriod } from './utc-period.js'

const LIMITS = {
  /** In one call. */
  drawsMax: 256,
  returnsMax: 256,
  subjectCharsMax: 128,
  /**
   * How many calls share a transaction, and how many transactions run at once: few, because they lock the same
   * counters.
   */
  group: { callsMax: 16, runningMax: 2, waitingMax: 256 },
} as const

/** A call that has been read and checked. */
interface Asked {
  readonly returns: readonly (QuotaCounter & { readonly startsAtMs: number; readonly units: number })[]
  readonly draws: readonly (QuotaCounter & {
    readonly count: number
    readonly needed: number
    readonly wanted: number
  })[]
}

/**
 * Hands out blocks of quotas, and takes back what is left of them, in one transaction that is committed before the
 * answer. The holder of a block may admit as many requests before the period ends, so what is used never exceeds the
 * quota, whatever becomes of the proxy. Not idempotent: what is drawn twice is spent.
 *
 * The function throws Fault INVALID_REQUEST, UNAVAILABLE.
 *
 * @param nowMs the time by which periods begin and end. It is Postgres's, so that replicas with different clocks agree.
 */
export function createDrawQuota(
  db: Knex,
  nowMs: (trx: Knex) => Promise<number> = databaseNowMs,
): (request: DrawQuotaRequest__Output) => Promise<DrawQuotaResponse> {
  const drawTogether = grouped<Asked, DrawQuotaResponse>(LIMITS.group, (calls) =>
    db.transaction((trx) => drawAll(trx, calls, nowMs)),
  )
  return async ({ returns, draws }) => {
    if (draws.length > LIMITS.drawsMax || returns.length > LIMITS.returnsMax)
      throw new Fault('INVALID_REQUEST', `more than ${LIMITS.drawsMax} draws or returns`)
    return drawTogether({ returns: returns.map(readReturn), draws: draws.map(readDraw) })
  }
}

async function drawAll(
  trx: Knex,
  calls: readonly Asked[],
  clock: (trx: Knex) => Promise<number>,
): Promise<DrawQuotaResponse[]> {
  const nowMs = await clock(trx)
  const drawn = calls.map(({ draws }) =>
    draws.map((draw) => ({ ...draw, within: utcPeriod(draw.period, nowMs) }) satisfies CounterInPeriod),
  )
  // Returned to the period that the block was drawn from; if that is over, its counter stays as it is.
  const returned = calls
    .flatMap(({ returns }) => returns)
    .map((one) => ({ ...one, within: utcPeriod(one.period, one.startsAtMs) }))
    .filter(({ within }) => nowMs < within.endsAtMs)
  const counters = await lockCounters(trx, { made: drawn.flat(), known: returned })
  for (const one of returned) {
    const before = counters.drawn(one)
    if (before !== undefined) counters.set(one, Math.max(0, before - one.units))
  }
  const blocks = drawn.map((draws) =>
    draws.map((draw): QuotaBlock => {
      const before = counters.drawn(draw) ?? 0
      // Below 0 if the quota was lowered.
      const units = quotaBlock(Math.max(0, draw.count - before), draw)
      if (units > 0) counters.set(draw, before + units)
      return { units, ...draw.within }
    }),
  )
  await counters.save()
  return blocks.map((own) => ({ blocks: own, nowMs }))
}

function readDraw({ counter, count, needed, wanted }: QuotaDraw__Output): Asked['draws'][number] {
  if (count < 1 || needed < 0 || wanted < 0) throw new Fault('INVALID_REQUEST', 'a draw out of shape')
  return { ...readCounter(counter), count, needed, wanted }
}

function readReturn({ counter, startsAtMs, units }: QuotaReturn__Output): Asked['returns'][number] {
  if (units < 1) throw new Fault('INVALID_REQUEST', 'a return of nothing')
  return { ...readCounter(counter), startsAtMs, units }
}

function readCounter(wire: QuotaCounter__Output | null): QuotaCounter {
  const scope = wire && isKey(wire.scope, SCOPE_OF_WIRE) ? SCOPE_OF_WIRE[wire.scope] : undefined
  const period = wire && isKey(wire.period, PERIOD_OF_WIRE) ? PERIOD_OF_WIRE[wire.period] : undefined
  if (!wire || !scope || !period || !isPlain(wire.organizationId) || !isPlain(wire.subject))
    throw new Fault('INVALID_REQUEST', 'a counter out of shape')
  return { organizationId: wire.organizationId, scope, subject: wire.subject, period }
}

/** Postgres takes no NUL in a text. */
const isPlain = (text: string): boolean => text.length <= LIMITS.subjectCharsMax && !text.includes('\u0000')

function isKey<Key extends string>(word: string, table: Readonly<Record<Key, unknown>>): word is Key {
  return Object.hasOwn(table, word)
}
