import { createHash, createPublicKey } from 'node:crypto'
import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { singleFlight } from '@protectmyapi/service-kit/single-flight'
import { SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { TOKEN_URI } from '../credentials/check-credential.js'
import type { OpenedCredential } from '../credentials/sealed-credential.js'
import { type AskGoogle, googleUnavailable } from '../google-client.js'

const LIMITS = {
  /** One for each app at most; those that are used least give way. */
  accountsMax: 1_000,
  /** Bought anew this long before the end, so that none ends under way. */
  marginMs: 60_000,
  /** Google's last an hour. */
  lifeMsMax: 60 * 60_000,
  /** How long an account that Google refused is not tried again. One that is enabled again waits as long. */
  refusedMs: 10_000,
  /** Of the statement that buys one. Google allows an hour; this one is used at once. */
  statementSeconds: 300,
} as const

const SCOPE = 'https://www.googleapis.com/auth/playintegrity'

/** RFC 7523. */
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const Bought = z.object({
  // Becomes a header field.
  access_token: z.string().regex(/^[\x21-\x7e]{1,4096}$/),
  expires_in: z.number().positive(),
  token_type: z.literal('Bearer'),
})

/** May have Google decode an app's tokens. */
export type ServiceAccount = Pick<Extract<OpenedCredential, { kind: 'service-account' }>, 'clientEmail' | 'privateKey'>

/** Access tokens by service account, in memory alone. */
export interface AccessTokens {
  /** @throws Fault UNAVAILABLE; its `say` tells the app's owner if the account is at fault. */
  of(account: ServiceAccount): Promise<SecretText>
  /** For one that Google accepts no more before its end, as when its key was deleted. */
  forget(account: ServiceAccount): void
}

interface Deps {
  readonly ask: AskGoogle
  readonly clock: Clock
  readonly log: Logger
}

export function createAccessTokens({ ask, clock, log }: Deps): AccessTokens {
  const held = new LRUCache<string, SecretText>({
    max: LIMITS.accountsMax,
    ttl: LIMITS.lifeMsMax,
    ttlResolution: 0,
    perf: { now: () => clock.monotonicMs() },
  })

  /** HTTP statuses, so that proofs that anyone can send neither sign nor ask for an account that is known to be refused. */
  const refusals = new LRUCache<string, number>({
    max: LIMITS.accountsMax,
    ttl: LIMITS.refusedMs,
    ttlResolution: 0,
    perf: { now: () => clock.monotonicMs() },
  })

  const buy = singleFlight(
    (id: string, _account: ServiceAccount) => id,
    async (id, account) => {
      const askedMs = clock.monotonicMs()
      const { access_token, expires_in } = await bought(id, account)
      const token = new SecretText(access_token)
      const lifeMs = Math.min(expires_in * 1_000, LIMITS.lifeMsMax) - LIMITS.marginMs
      if (lifeMs > 0) held.set(id, token, { ttl: lifeMs, start: askedMs })
      return token
    },
  )

  async function bought(id: string, account: ServiceAccount): Promise<z.output<typeof Bought>> {
    const body = new URLSearchParams({ grant_type: GRANT_TYPE, assertion: await statement(account, clock.wallMs()) })
    const { status, json } = await ask('oauth', {
      method: 'POST',
      path: new URL(TOKEN_URI).pathname,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
    })
    if (status === 400 || status === 401 || status === 403) {
      refusals.set(id, status)
      log.warn(
        { serviceAccount: account.clientEmail, status },
        'Google gives a service account no access token: its key or the account is gone, or this clock is wrong',
      )
      throw refused(status)
    }
    const parsed = Bought.safeParse(json)
    if (status !== 200 || !parsed.success) throw googleUnavailable(`${status} instead of an access token`)
    return parsed.data
  }

  return {
    async of(account) {
      const id = idOf(account)
      const token = held.get(id)
      if (token) return token
      const refusal = refusals.get(id)
      if (refusal !== undefined) throw refused(refusal)
      return buy(id, account)
    },
    forget: (account) => void held.delete(idOf(account)),
  }
}

function refused(status: number): Fault {
  return new Fault('UNAVAILABLE', `google: ${status} instead of an access token`, {
    say: 'Google refuses the service account that decodes this app’s Play Integrity tokens. An owner or admin has to enter a new key of an enabled service account.',
    retryAfterSeconds: LIMITS.refusedMs / 1_000,
  })
}

/** By the key as well as the name, because anyone can enter a file with another account's name. */
function idOf({ clientEmail, privateKey }: ServiceAccount): string {
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return createHash('sha256')
    .update(joinInjectively([clientEmail, publicKey]))
    .digest('base64url')
}

function statement({ clientEmail, privateKey }: ServiceAccount, nowMs: number): Promise<string> {
  const now = Math.floor(nowMs / 1_000)
  return new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(clientEmail)
    .setAudience(TOKEN_URI)
    .setIssuedAt(now)
    .setExpirationTime(now + LIMITS.statementSeconds)
    .sign(privateKey)
}
