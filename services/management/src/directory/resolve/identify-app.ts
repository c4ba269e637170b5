import { isToken, SESSION_PREFIX, TOKEN_PREFIXES } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { type AppRow, enabledApp, findAppRow, findTester, sessionStands } from '../sessions/session-rows.js'
import { verifySession } from '../sessions/verify-session.js'

export interface IdentifiedApp {
  readonly app: AppRow
  /** The app's policy let an app token through. */
  readonly unattested: boolean
  /** For a test call: the one service that it is for; `app` stands for the person then. */
  readonly testOf: string | null
}

/**
 * Which app a request comes from. A session is accepted under every policy, an app token only under `audit` and `off`;
 * its requests are unattested. The organization comes from the credential.
 *
 * @throws Fault UNAUTHORIZED, INVALID_TOKEN, TOKEN_EXPIRED, APP_NOT_FOUND, APP_DISABLED, ATTESTATION_REQUIRED.
 */
export async function identifyApp(db: Knex, credential: string, nowMs: number): Promise<IdentifiedApp> {
  if (credential === '') throw new Fault('UNAUTHORIZED', 'no credential')
  if (credential.startsWith(SESSION_PREFIX)) return bySession(db, credential, nowMs)
  if (credential.startsWith(TOKEN_PREFIXES.app)) return byAppToken(db, credential)
  throw new Fault('INVALID_TOKEN', 'a credential of no known kind')
}

async function byAppToken(db: Knex, token: string): Promise<IdentifiedApp> {
  if (!isToken('app', token)) throw new Fault('INVALID_TOKEN', 'an app token that was cut or mistyped')
  const app = enabledApp(await findAppRow(db, { token }))
  // Unknown means enforce: a policy that this version does not know lets no app token through.
  if (app.policy !== 'audit' && app.policy !== 'off') throw new Fault('ATTESTATION_REQUIRED', `policy ${app.policy}`)
  return { app, unattested: true, testOf: null }
}

async function bySession(db: Knex, token: string, nowMs: number): Promise<IdentifiedApp> {
  const claims = await verifySession(db, token, nowMs)
  if ('svc' in claims) return { app: await findTester(db, claims), unattested: false, testOf: claims.svc }
  const { jti, org, app: appId, dvc, dgn } = claims
  const app = enabledApp(await findAppRow(db, { id: appId, organizationId: org }))
  const stands = await sessionStands(db, { sessionId: jti, appId, deviceId: dvc, deviceGeneration: dgn })
  if (!stands) throw new Fault('INVALID_TOKEN', 'the session or its device was revoked')
  return { app, unattested: false, testOf: null }
}
