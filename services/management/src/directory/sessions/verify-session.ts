import {
  AppSessionClaims,
  SESSION_TYP,
  TEST_SESSION_TYP,
  TestSessionClaims,
} from '@protectmyapi/service-kit/credentials/app-session'
import { SESSION_PREFIX } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { z } from 'zod'
import { verifyOwnJws } from '../../keys/verify-own-jws.js'

export type SessionClaims = AppSessionClaims | TestSessionClaims

const TOKEN_CHARS_MAX = 4_096

/**
 * A session's verified claims: signed by one of this installation's session keys, only EdDSA and a known `typ`, issued
 * by this installation, not expired.
 *
 * @throws Fault INVALID_TOKEN, TOKEN_EXPIRED.
 */
export async function verifySession(db: Knex, token: string, nowMs: number): Promise<SessionClaims> {
  if (!token.startsWith(SESSION_PREFIX) || token.length > TOKEN_CHARS_MAX) throw invalid('not a session')
  const { typ, claims, installationId } = await verifyOwnJws(db, token.slice(SESSION_PREFIX.length))
  const parsed = schemaOf(typ).safeParse(claims)
  if (!parsed.success) throw invalid('claims out of shape')
  if (parsed.data.iss !== installationId) throw invalid('of another installation')
  if (parsed.data.exp * 1_000 <= nowMs) throw new Fault('TOKEN_EXPIRED', 'the session has expired')
  return parsed.data
}

/** The claims of one kind of session never pass for those of the other. */
function schemaOf(typ: string | undefined): z.ZodType<SessionClaims> {
  if (typ === SESSION_TYP) return AppSessionClaims
  if (typ === TEST_SESSION_TYP) return TestSessionClaims
  throw invalid('another type of token')
}

const invalid = (detail: string): Fault => new Fault('INVALID_TOKEN', `session: ${detail}`)
