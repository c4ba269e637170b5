import { randomBytes } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { z } from 'zod'
import type { HeldKeys } from '../keys/held-keys.js'
import { installationId, signingKeyInForce } from '../keys/signing-key-rows.js'
import { verifyOwnJws } from '../keys/verify-own-jws.js'

export const CHALLENGE_LIMITS = {
  /** Long enough for a slow phone and a service of Apple's or Google's. */
  lifeMs: 5 * 60_000,
  charsMax: 1_024,
} as const

/** A session key signs it; the `typ` keeps it from passing for a session, and a session for it. */
const CHALLENGE_TYP = 'pma-challenge+jwt'

const ID_BYTES = 16

const ChallengeClaims = z.strictObject({
  iss: z.string().min(1),
  /** 128 random bits: nobody can prepare an attestation for a challenge that was not made yet. */
  jti: z.string().min(1),
  org: z.string().min(1),
  app: z.string().min(1),
  exp: z.number(),
})

/** A challenge of ours that has not expired. Whether it was used is known to the transaction alone that uses it. */
export interface Challenge {
  readonly id: string
  readonly app: { readonly id: string; readonly organizationId: string }
  readonly expiresMs: number
}

/**
 * Nothing is stored of a challenge before its use: whoever asks for many of them fills no table.
 *
 * @throws Fault UNAVAILABLE while the session key is not held.
 */
export async function issueChallenge(
  { db, keys }: { readonly db: Knex; readonly keys: Pick<HeldKeys, 'sign'> },
  app: Challenge['app'],
  nowMs: number,
): Promise<{ readonly challenge: string; readonly expiresAtMs: number }> {
  const expiresAtMs = nowMs + CHALLENGE_LIMITS.lifeMs
  const claims: z.input<typeof ChallengeClaims> = {
    iss: await installationId(db),
    jti: randomBytes(ID_BYTES).toString('base64url'),
    org: app.organizationId,
    app: app.id,
    exp: expiresAtMs / 1_000,
  }
  const challenge = await keys.sign(await signingKeyInForce(db, 'session'), CHALLENGE_TYP, claims)
  return { challenge, expiresAtMs }
}

/** @throws Fault INVALID_ATTESTATION, ATTESTATION_EXPIRED. */
export async function readChallenge(db: Knex, challenge: string, nowMs: number): Promise<Challenge> {
  if (challenge.length > CHALLENGE_LIMITS.charsMax) throw notOurs('too long')
  const { typ, claims, installationId } = await verifyOwnJws(db, challenge).catch((cause: unknown) => {
    throw cause instanceof Fault && cause.code === 'INVALID_TOKEN' ? notOurs(cause.message, cause) : cause
  })
  const parsed = ChallengeClaims.safeParse(claims)
  if (typ !== CHALLENGE_TYP || !parsed.success || parsed.data.iss !== installationId) throw notOurs('of another kind')
  const { jti, org, app, exp } = parsed.data
  if (exp * 1_000 <= nowMs) throw new Fault('ATTESTATION_EXPIRED', 'the challenge has expired')
  return { id: jti, app: { id: app, organizationId: org }, expiresMs: exp * 1_000 }
}

/**
 * Uses the challenge up, in the transaction of the sale: of two that bring the same one, the second waits for the first
 * and is refused.
 *
 * @throws Fault ATTESTATION_EXPIRED.
 */
export async function useUp(trx: Knex, { id, expiresMs }: Challenge): Promise<void> {
  const used = await trx('used_challenges')
    .insert({ id, expires_at: new Date(expiresMs) })
    .onConflict('id')
    .ignore()
    .returning<{ id: string }[]>('id')
  if (used.length === 1) return
  throw new Fault('ATTESTATION_EXPIRED', 'the challenge was used before', {
    say: 'This challenge was used before. Ask for another one and attest that.',
  })
}

function notOurs(detail: string, cause?: unknown): Fault {
  return new Fault('INVALID_ATTESTATION', `challenge: ${detail}`, {
    say: 'This is no challenge of this installation. Ask for one (POST /v1/attest/challenge) and send it as it came.',
    ...(cause === undefined ? {} : { cause }),
  })
}
