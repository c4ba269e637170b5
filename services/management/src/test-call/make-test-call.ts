import { createHash } from 'node:crypto'
import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import type { Clock } from '@protectmyapi/service-kit/clock'
import {
  TEST_SESSION_LIFE_MS,
  TEST_SESSION_TYP,
  type TestSessionClaims,
} from '@protectmyapi/service-kit/credentials/app-session'
import { SESSION_PREFIX } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { CallOrg } from '../access/principal.js'
import { findService, type ServiceRow } from '../api-services/service-row.js'
import { serviceNotFound } from '../api-services/write-service.js'
import type { Actor } from '../audit/audit-entry.js'
import { lockBuckets } from '../directory/admit/rate-buckets.js'
import type { CommitChange } from '../feed/commit-change.js'
import type { HeldKeys } from '../keys/held-keys.js'
import { installationId, signingKeyInForce } from '../keys/signing-key-rows.js'
import type { CallProxy, ProxyAnswer } from './call-proxy.js'

/** For one person in one organization. Low: people make test calls by hand, and providers charge for each. */
const RATE = { count: 20, periodMs: 60_000, burst: 10 } as const

export interface TestCallDeps {
  readonly db: Knex
  readonly commitChange: CommitChange
  readonly keys: Pick<HeldKeys, 'sign'>
  readonly clock: Clock
  readonly callProxy: CallProxy | null
}

export interface TestRequest {
  readonly method: string
  readonly path: string
  readonly query: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** The header field that carries the session. No SDK uses it, so it conflicts with no field that a person tries. */
const SESSION_FIELD = 'x-test-session'

export interface TestCall {
  readonly sessionId: string
  readonly answer: ProxyAnswer
  readonly elapsedMs: number
}

/**
 * Sends one request through a proxy, as an app would, with a session of half a minute for this person and this service.
 * The audit trail records the call before it is sent. The access log records how it ended.
 *
 * @throws Fault ENDPOINT_NOT_FOUND, NOT_IMPLEMENTED, RATE_LIMITED, UNAVAILABLE, UPSTREAM_TIMEOUT.
 */
export async function makeTestCall(
  deps: TestCallDeps,
  actor: Actor,
  org: CallOrg,
  { service: named, userId, request }: { service: string; userId: string; request: TestRequest },
): Promise<TestCall> {
  const service = await findService(deps.db, org.id, named)
  if (!service) throw serviceNotFound()
  const { callProxy, clock } = deps
  if (!callProxy) throw noProxy()
  const sessionId = newId('session')
  await deps.commitChange(actor, async (trx) => {
    await draw(trx, org.id, userId)
    const { method, path } = request
    const details = { slug: service.slug, method, path, session: sessionId }
    return {
      result: undefined,
      feed: [],
      audit: [{ organizationId: org.id, event: 'service.tested', targetId: service.id, details }],
    }
  })
  const token = await sessionFor(deps, service, userId, sessionId)
  const begunMs = clock.monotonicMs()
  const answer = await callProxy({
    method: request.method,
    target: `/v1/p/${service.slug}${request.path}${request.query === undefined ? '' : `?${request.query}`}`,
    headers: { ...request.headers, [SESSION_FIELD]: token },
    body: request.body,
  })
  return { sessionId, answer, elapsedMs: Math.round(clock.monotonicMs() - begunMs) }
}

async function draw(trx: Knex.Transaction, organizationId: string, userId: string): Promise<void> {
  const key = createHash('sha256')
    .update(joinInjectively(['test-call', organizationId, userId]))
    .digest('base64url')
  const buckets = await lockBuckets(trx, [key])
  const limited = buckets.draw([{ key, ...RATE }])
  if (limited)
    throw new Fault('RATE_LIMITED', 'too many test calls', { retryAfterSeconds: limited.retryAfterMs / 1_000 })
  await buckets.save()
}

async function sessionFor(
  { db, keys, clock }: TestCallDeps,
  service: ServiceRow,
  userId: string,
  sessionId: string,
): Promise<string> {
  const nowMs = clock.wallMs()
  const claims: TestSessionClaims = {
    iss: await installationId(db),
    jti: sessionId,
    org: service.organizationId,
    svc: service.id,
    usr: userId,
    iat: nowMs / 1_000,
    exp: (nowMs + TEST_SESSION_LIFE_MS) / 1_000,
  }
  return SESSION_PREFIX + (await keys.sign(await signingKeyInForce(db, 'session'), TEST_SESSION_TYP, claims))
}

const noProxy = (): Fault =>
  new Fault('NOT_IMPLEMENTED', 'PMA_PROXY_URL is not set', {
    say: 'Management has no proxy for test calls. An operator has to set PMA_PROXY_URL.',
  })
