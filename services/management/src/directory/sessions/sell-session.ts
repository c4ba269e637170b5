import type { Clock } from '@protectmyapi/service-kit/clock'
import {
  type AppSessionClaims,
  type Attestation,
  SESSION_LIFE_MS_MAX,
  SESSION_TYP,
} from '@protectmyapi/service-kit/credentials/app-session'
import { SESSION_PREFIX } from '@protectmyapi/service-kit/credentials/tokens'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { HeldKeys } from '../../keys/held-keys.js'
import { installationId, type SigningKeyRow, signingKeyInForce } from '../../keys/signing-key-rows.js'

/** What exchanges need: the database, what signs sessions, and the time. */
export interface ExchangeDeps {
  readonly db: Knex
  readonly keys: Pick<HeldKeys, 'sign' | 'ready'>
  readonly clock: Clock
}

/** A device that has just proved itself, in the transaction that sells to it. */
export interface BuyingDevice {
  readonly id: string
  readonly generation: number
}

export interface Sale {
  readonly app: { readonly id: string; readonly organizationId: string }
  readonly device: BuyingDevice
  readonly attestation: Attestation
  /** READTIME: the wall clock before the rows on which the sale rests were read. */
  readonly readMs: number
  /** The end of what the session was bought with, if it has one. */
  readonly notAfterMs?: number
}

/** A session that is stored and not signed yet. */
export interface SoldSession extends Sale {
  readonly sessionId: string
  /** On the wall clock, like `readMs`. */
  readonly expiresMs: number
  readonly key: SigningKeyRow
}

/** Stores a session of at most 10 minutes. */
export async function sellSession(trx: Knex, sale: Sale): Promise<SoldSession> {
  const { app, device, readMs, notAfterMs = Number.POSITIVE_INFINITY } = sale
  const key = await signingKeyInForce(trx, 'session')
  const sessionId = newId('session')
  const expiresMs = Math.min(readMs + SESSION_LIFE_MS_MAX, notAfterMs)
  await trx('app_sessions').insert({
    id: sessionId,
    organization_id: app.organizationId,
    app_id: app.id,
    device_id: device.id,
    expires_at: new Date(expiresMs),
  })
  return { ...sale, sessionId, expiresMs, key }
}

interface SignedSession {
  /** `pma_ses_` and a JWS. */
  readonly token: string
  readonly expiresAtMs: number
  readonly deviceId: string
}

/** To be called once the sale is committed. @throws Fault UNAVAILABLE while the signing key is not held. */
export async function signSession({ db, keys }: ExchangeDeps, sold: SoldSession): Promise<SignedSession> {
  const claims: AppSessionClaims = {
    iss: await installationId(db),
    jti: sold.sessionId,
    org: sold.app.organizationId,
    app: sold.app.id,
    dvc: sold.device.id,
    dgn: sold.device.generation,
    att: sold.attestation,
    iat: sold.readMs / 1_000,
    exp: sold.expiresMs / 1_000,
  }
  const jws = await keys.sign(sold.key, SESSION_TYP, claims)
  return { token: SESSION_PREFIX + jws, expiresAtMs: sold.expiresMs, deviceId: sold.device.id }
}
