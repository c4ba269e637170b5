import type { ExchangeDebugTokenRequest__Output } from '@protectmyapi/protos/generated/directory/v1/ExchangeDebugTokenRequest'
import type { ExchangeDebugTokenResponse } from '@protectmyapi/protos/generated/directory/v1/ExchangeDebugTokenResponse'
import { isToken, tokenHash } from '@protectmyapi/service-kit/credentials/tokens'
import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { appendAudit } from '../../audit/append-audit.js'
import { type Appending, appendingIn } from '../../chain/appended-heads.js'
import { createTurns } from '../../fairness/turns.js'
import { drawOne } from '../admit/rate-buckets.js'
import { type BuyingDevice, type ExchangeDeps, type SoldSession, sellSession, signSession } from './sell-session.js'
import { enabledApp, findAppRow } from './session-rows.js'

const LIMITS = {
  /** For one block of addresses. A build machine starts many copies at once; nobody needs more. */
  rate: { count: 120, periodMs: 60_000, burst: 60 },
  /**
   * Anyone can make up debug tokens, and all calls of one address wait for its bucket, so only a few of them may hold a
   * connection. Even the last of those who wait has its turn well within a proxy's deadline of 5 s.
   */
  turns: { atOnce: 2, waitingMax: 512, waitingPerOwnerMax: 128 },
} as const

/**
 * Exchanges a debug token for an app session of at most 10 minutes, never beyond the token's own expiry.
 *
 * The function throws Fault RATE_LIMITED, UNAUTHORIZED, INVALID_TOKEN, TOKEN_EXPIRED, APP_NOT_FOUND, APP_DISABLED,
 * UNAVAILABLE.
 */
export function createExchangeDebugToken(deps: ExchangeDeps) {
  const { db, keys, clock } = deps
  const turns = createTurns('exchanges', LIMITS.turns)

  async function buy(debugToken: string, block: string): Promise<SoldSession> {
    await drawForBlock(db, block)
    if (debugToken === '')
      throw new Fault('UNAUTHORIZED', 'no debug token', { say: 'Send the debug token (pma_dbg_…).' })
    if (!isToken('debug', debugToken)) throw new Fault('INVALID_TOKEN', 'not a debug token, or cut or mistyped')
    if (!keys.ready()) throw new Fault('UNAVAILABLE', 'the session key is not held: the vault is away')
    // READTIME: the session's life counts from before the rows are read.
    const readMs = clock.wallMs()
    return appendingIn(db, (trx) => sell(trx, tokenHash(debugToken), readMs))
  }

  return async ({
    debugToken,
    sourceAddress,
  }: ExchangeDebugTokenRequest__Output): Promise<ExchangeDebugTokenResponse> => {
    const block = addressBlock(sourceAddress)
    return signSession(deps, await turns.take(block, () => buy(debugToken, block)))
  }
}

/** Drawn before the token is looked at, whatever the outcome, so that guesses cost as much as hits. */
async function drawForBlock(db: Knex, block: string): Promise<void> {
  const limited = await drawOne(db, ['exchange-debug-token', block], LIMITS.rate)
  if (limited)
    throw new Fault('RATE_LIMITED', 'too many exchanges from one address', {
      retryAfterSeconds: limited.retryAfterMs / 1_000,
    })
}

interface DebugTokenRecord {
  readonly id: string
  readonly organization_id: string
  readonly app_id: string
  readonly expires_at: Date
  readonly revoked_at: Date | null
}

async function sell(trx: Knex, hash: Buffer, readMs: number): Promise<Appending<SoldSession>> {
  // Locked, so that a revocation comes either before this sale, or after it and then revokes the device as well.
  const token = await trx<DebugTokenRecord>('debug_tokens')
    .where('token_hash', hash)
    .forUpdate()
    .first<DebugTokenRecord | undefined>()
  if (!token || token.revoked_at !== null) throw new Fault('INVALID_TOKEN', 'no such debug token, or revoked')
  if (token.expires_at.getTime() <= readMs) throw new Fault('TOKEN_EXPIRED', 'the debug token has expired')
  const app = enabledApp(await findAppRow(trx, { id: token.app_id, organizationId: token.organization_id }))
  const device = await debugDevice(trx, token)
  const sale = { app, device, attestation: 'debug', readMs, notAfterMs: token.expires_at.getTime() } as const
  const sold = await sellSession(trx, sale)
  await trx('debug_tokens')
    .where({ id: token.id })
    .update({ last_used_at: trx.raw('clock_timestamp()') })
  const appended = await appendAudit(trx, { kind: 'device', id: device.id, requestId: null }, [
    {
      organizationId: app.organizationId,
      event: 'session.exchanged',
      targetId: sold.sessionId,
      details: { app: app.id, debugToken: token.id },
    },
  ])
  return { ...sold, appended }
}

/** The device that stands for this debug token, made at its first use. A revoked device is not used again. */
async function debugDevice(trx: Knex, token: DebugTokenRecord): Promise<BuyingDevice> {
  const found = await trx('devices')
    .where({ organization_id: token.organization_id, app_id: token.app_id, debug_token_id: token.id })
    .whereNull('revoked_at')
    .orderBy('id')
    .first<{ id: string; generation: string } | undefined>('id', 'generation')
  if (found) {
    await trx('devices')
      .where({ id: found.id })
      .update({ last_seen_at: trx.raw('clock_timestamp()') })
    return { id: found.id, generation: Number(found.generation) }
  }
  const id = newId('device')
  const row = {
    id,
    organization_id: token.organization_id,
    app_id: token.app_id,
    kind: 'debug',
    debug_token_id: token.id,
  }
  await trx('devices').insert(row)
  return { id, generation: 1 }
}
