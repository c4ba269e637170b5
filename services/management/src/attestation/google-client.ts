import { Fault } from '@protectmyapi/service-kit/faults'
import { Agent, request } from 'undici'

const LIMITS = {
  /** Per answer. Two of them, one after the other, end within the 12 s that a proxy waits. */
  totalMs: 4_000,
  /** A verdict and a set of keys take a few KiB. */
  answerBytesMax: 64 * 1024,
  headBytesMax: 16 * 1024,
  /**
   * To one place, from one process. Further requests wait, no longer than `totalMs` altogether. One app has a share of
   * them (`play/app-shares.ts`).
   */
  connectionsMax: 16,
  /** Shorter than Google keeps idle sockets, because a POST on a socket that is being closed is lost. */
  idleSocketMs: 15_000,
  retryAfterSeconds: 5,
} as const

/** All places that are ever asked. Nothing in a request, a setting or a credential names another. */
const GOOGLE = {
  'play-integrity': 'https://playintegrity.googleapis.com',
  oauth: 'https://oauth2.googleapis.com',
  'app-check': 'https://firebaseappcheck.googleapis.com',
} as const

export type GooglePlace = keyof typeof GOOGLE

export interface GoogleRequest {
  readonly method: 'GET' | 'POST'
  /** Begins with a slash. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface GoogleAnswer {
  readonly status: number
  /** Undefined if the body is not JSON, as behind a captive portal. */
  readonly json: unknown
}

/** Asks once. @throws Fault UNAVAILABLE if no whole answer comes in time, whatever the reason. */
export type AskGoogle = (place: GooglePlace, request: GoogleRequest) => Promise<GoogleAnswer>

export interface GoogleClient {
  readonly ask: AskGoogle
  /** Ends all connections, and with them what is under way. */
  close(): Promise<void>
}

export interface GoogleClientOptions {
  /** Other addresses, of a stand-in. */
  readonly places?: Readonly<Record<GooglePlace, string>>
  /** PEM of the authority to trust instead of the public ones. */
  readonly ca?: string
  /** Another time for one answer. */
  readonly totalMs?: number
}

/**
 * Management's only way to Google. It speaks https alone, checks certificates, follows no redirects, and goes through
 * no proxy, whatever the environment says: an access token is in the requests, and a verdict in the answers.
 */
export function createGoogleClient({
  places = GOOGLE,
  ca,
  totalMs = LIMITS.totalMs,
}: GoogleClientOptions = {}): GoogleClient {
  for (const place of Object.values(places)) {
    if (new URL(place).protocol !== 'https:') throw new Error(`Google is asked over https alone: ${place}`)
  }
  const dispatcher = new Agent({
    allowH2: false,
    connections: LIMITS.connectionsMax,
    connect: { timeout: totalMs, ...(ca === undefined ? {} : { ca }) },
    keepAliveTimeout: LIMITS.idleSocketMs,
    maxHeaderSize: LIMITS.headBytesMax,
    maxResponseSize: LIMITS.answerBytesMax,
  })
  return {
    async ask(place, { method, path, headers = {}, body }) {
      try {
        const answer = await request(places[place] + path, {
          dispatcher,
          method,
          headers,
          ...(body === undefined ? {} : { body }),
          // Over everything: waiting for a socket, connecting, and an answer that comes byte by byte.
          signal: AbortSignal.timeout(totalMs),
        })
        return { status: answer.statusCode, json: jsonOf(await answer.body.text()) }
      } catch (cause) {
        throw googleUnavailable(`${place} does not answer`, cause)
      }
    },
    close: () => dispatcher.destroy(),
  }
}

/** For whatever comes from Google and is no answer. Nobody's proof is bad because of it. */
export function googleUnavailable(detail: string, cause?: unknown): Fault {
  return new Fault('UNAVAILABLE', `google: ${detail}`, {
    say: 'Google’s attestation service does not answer at the moment. Try again after the time in Retry-After.',
    retryAfterSeconds: LIMITS.retryAfterSeconds,
    ...(cause === undefined ? {} : { cause }),
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
