import type { IncomingHttpHeaders } from 'node:http'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Answer, AnyCall, Route } from '../http/route.js'
import { type Attempt, attemptOf } from './attempt.js'
import { IDEMPOTENCY_LIMITS } from './idempotency-limits.js'
import { type IdempotencyRecords, MadeByTwin } from './idempotency-records.js'

export interface OnceDeps {
  readonly records: Pick<IdempotencyRecords, 'find' | 'claim' | 'forget'>
  /** RETRYWAITS: settles when everything that was committed before the call is in force. */
  readonly everythingInForce: () => Promise<unknown>
}

/** Marks an answer that shows what an earlier request made. */
const REPLAYED_HEADER = 'idempotent-replayed'

/**
 * Lets a route answer. Of several equal requests with the same `Idempotency-Key`, only the first makes something; the
 * others are shown what it made, as it is now. A refusal is not recorded, so its key may be used again.
 *
 * @throws Fault IDEMPOTENCY_KEY_REUSED; TOKEN_SHOWN_ONCE; CONFLICT if the thing is gone since, or if a secret was sent
 * with another value or other bindings than the first time.
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
  // RETRYWAITS: after reading what is shown. The first request may still be waiting, or its process may have died.
  await everythingInForce()
  return { ...answer, headers: { ...answer.headers, [REPLAYED_HEADER]: 'true' } }
}
