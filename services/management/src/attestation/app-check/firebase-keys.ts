import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { singleFlight } from '@protectmyapi/service-kit/single-flight'
import { z } from 'zod'
import { type AskGoogle, googleUnavailable } from '../google-client.js'

const LIMITS = {
  /** As long as Firebase's own libraries keep them. */
  freshMs: 6 * 60 * 60_000,
  /** How long they still count while Google cannot be asked. A key that was withdrawn meanwhile counts as long. */
  keptMs: 24 * 60 * 60_000,
  /** Between two questions, because anyone can make up key ids. */
  cooldownMs: 30_000,
  keysMax: 32,
  /** RFC 7518 § 3.3. */
  keyBitsMin: 2_048,
} as const

const KeySet = z.object({ keys: z.array(z.unknown()).max(LIMITS.keysMax) })

const RsaKey = z.object({
  kty: z.literal('RSA'),
  alg: z.literal('RS256').optional(),
  use: z.literal('sig').optional(),
  kid: z.string().min(1),
  n: z.string(),
  e: z.string(),
})

/**
 * The key of Firebase App Check with this id; undefined if Google says that there is none.
 *
 * @throws Fault UNAVAILABLE where Google cannot be asked, or was asked just before: that there is no such key would be a
 * guess.
 */
export type FindFirebaseKey = (keyId: string) => Promise<KeyObject | undefined>

interface Deps {
  readonly ask: AskGoogle
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Logger
}

interface HeldKeys {
  readonly byId: ReadonlyMap<string, KeyObject>
  readonly readMs: number
}

/** Holds the keys, asks for them when they are old or an id is unknown, and keeps them over an outage of Google's. */
export function createFirebaseKeys({ ask, clock, log }: Deps): FindFirebaseKey {
  let held: HeldKeys | undefined
  let lastQuestion: { readonly endedMs: number; readonly failure: unknown } | undefined

  const load = singleFlight(
    () => 'keys',
    async () => {
      const readMs = clock.monotonicMs()
      const failure = await readKeys(ask).then(
        (byId) => {
          held = { byId, readMs }
        },
        (err: unknown) => {
          log.warn({ err }, 'the keys of Firebase App Check cannot be read; the last ones stay for a day')
          return err
        },
      )
      lastQuestion = { endedMs: clock.monotonicMs(), failure }
    },
  )

  function cooldownLeftMs(): number {
    return lastQuestion ? lastQuestion.endedMs + LIMITS.cooldownMs - clock.monotonicMs() : 0
  }

  const isYounger = (sinceMs: number | undefined, ms: number): boolean =>
    sinceMs !== undefined && clock.monotonicMs() - sinceMs < ms

  return async (keyId) => {
    const known = held?.byId.get(keyId)
    if (known && isYounger(held?.readMs, LIMITS.freshMs)) return known
    const waitMs = cooldownLeftMs()
    if (waitMs <= 0) await load()
    const key = isYounger(held?.readMs, LIMITS.keptMs) ? held?.byId.get(keyId) : undefined
    if (key) return key
    if (lastQuestion?.failure !== undefined) throw lastQuestion.failure
    // The key may have been added since, and Google is asked no earlier, because the id may as well be made up.
    if (waitMs > 0) throw notKnownYet(waitMs)
    return undefined
  }
}

function notKnownYet(waitMs: number): Fault {
  return new Fault('UNAVAILABLE', 'google: the keys of App Check were read before this key id was seen', {
    say: 'The key of this App Check token is not known yet. Send the token again after the time in Retry-After.',
    retryAfterSeconds: Math.ceil(waitMs / 1_000),
  })
}

async function readKeys(ask: AskGoogle): Promise<ReadonlyMap<string, KeyObject>> {
  const { status, json } = await ask('app-check', { method: 'GET', path: '/v1/jwks' })
  const parsed = KeySet.safeParse(json)
  if (status !== 200 || !parsed.success) throw googleUnavailable(`${status} instead of the keys of App Check`)
  const keys = new Map(parsed.data.keys.flatMap(entryOf))
  if (keys.size === 0) throw googleUnavailable('no usable key of App Check')
  return keys
}

/** Keys of another kind may be added for other libraries, so they are skipped. */
function entryOf(jwk: unknown): [string, KeyObject][] {
  const parsed = RsaKey.safeParse(jwk)
  if (!parsed.success) return []
  const { kid, kty, n, e } = parsed.data
  try {
    const key = createPublicKey({ key: { kty, n, e }, format: 'jwk' })
    return (key.asymmetricKeyDetails?.modulusLength ?? 0) < LIMITS.keyBitsMin ? [] : [[kid, key]]
  } catch {
    return []
  }
}
