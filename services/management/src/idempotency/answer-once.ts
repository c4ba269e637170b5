import type { IncomingHttpHeaders } from 'node:http'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Answer, AnyCall, Route } from '../http/route.js'
import { type Attempt, attemptOf } from './attempt.js'
import { IDEMPOTENCY_LIMITS } from './idempotency-limits.js'
import { type IdempotencyRecords, MadeByTwin } from './idempotency-records.js'

export interface OnceDeps {
  readonly records: Pick<IdempotencyRecords, 'find' | 'claim' | 'forget'>
  /** RETRYWAITS: settles when all that is committed by now is in force. */
  readonly everythingInForce: () => Promise<unknown>
}

/** Says that an answer tells of what an earlier request made. */
const REPLAYED_HEADER = 'idempotent-replayed'

/**
 * Lets a route answer; of requests that are the same by their `Idempotency-Key`, the first alone makes something, and
 * the others are shown what it made as it is now. What was refused is not recorded: the key may be used again.
 *
 * @throws Fault IDEMPOTENCY_KEY_REUSED; TOKEN_SHOWN_ONCE; CONFLICT for what is gone since, or a secret's other value.
 */
export async function answerOnce(
  route: Route,
  call: AnyCall,
  headers: IncomingHttpHeaders,
  deps: OnceDeps,
): Promise<Answer<unknown>> {
  const attempt = attemptOf(route, call, headers)
  if (!attempt || !route.once) return route.handle(call)
  for (let attempts = 0; attempts < IDEMPOTENCY_LIMITS.attemptsMax; attempts++) {
    const made = await deps.records.find(attempt)
    const answer =
      made === undefined
        ? await first(route, { ...call, claim: deps.records.claim(attempt) })
        : await again(route.once, call, { attempt, made }, deps)
    if (answer !== 'look-again') return answer
  }
  throw new Fault('UNAVAILABLE', 'an idempotency record that comes and goes')
}

async function first(route: Route, call: AnyCall): Promise<Answer<unknown> | 'look-again'> {
  try {
    return await route.handle(call)
  } catch (thrown) {
    if (thrown instanceof MadeByTwin) return 'look-again'
    throw thrown
  }
}

async function again(
  once: NonNullable<Route['once']>,
  call: AnyCall,
  { attempt, made }: { attempt: Attempt; made: string },
  { records, everythingInForce }: OnceDeps,
): Promise<Answer<unknown> | 'look-again'> {
  const answer = await once.again(call, made)
  if (answer === 'undone') {
    await records.forget(attempt, made)
    return 'look-again'
  }
  // RETRYWAITS: after what is shown was read. The first request may be waiting still, or have died while it did.
  await everythingInForce()
  return { ...answer, headers: { ...answer.headers, [REPLAYED_HEADER]: 'true' } }
}
