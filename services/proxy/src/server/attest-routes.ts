import type { IncomingMessage } from 'node:http'
import { AppInstallation } from '@protectmyapi/service-kit/credentials/app-installation'
import { Fault } from '@protectmyapi/service-kit/faults'
import { parseJsonBody, refuseUnlessJson } from '@protectmyapi/service-kit/http/json-body'
import { validateBody } from '@protectmyapi/service-kit/http/validate'
import { z } from 'zod'
import { takeBody } from '../forward/request-body.js'
import type { AppSession, Attest, Proof } from '../sessions/grpc-attest.js'
import type { Exchange } from './exchange.js'
import { sendJson } from './send-json.js'

const LIMITS = {
  /** One token in JSON. */
  tokenBytesMax: 4 * 1024,
  /** An attestation of Apple's is some 6 KiB, 8 in base64; tokens of Google's are shorter. */
  proofBytesMax: 32 * 1024,
  challengeCharsMax: 1_024,
  /**
   * What is buffered here for strangers. How long each kind may be is management's to say, where it is read: at most
   * 16 KiB, which base64 makes 22.
   */
  proofCharsMax: 24 * 1024,
} as const

const PREFIX = '/v1/attest/'

/** As platforms print it: base64 (RFC 4648 § 4) or base64url (§ 5), padded or not. */
const Bytes = z
  .string()
  .max(LIMITS.proofCharsMax)
  .regex(/^(?:[A-Za-z0-9+/]+|[A-Za-z0-9_-]+)={0,2}$/, 'Give base64 or base64url.')
  .transform((text) => Buffer.from(text, 'base64'))

/** SHA-256 of a public key, as DCAppAttestService names its keys. */
const KeyId = Bytes.refine((bytes) => bytes.length === 32, 'Give the key id as generateKey returned it.')

const AppToken = z.string().min(1).max(256).meta({ description: 'pma_app_…' })
const Challenge = z.string().min(1).max(LIMITS.challengeCharsMax)
const Token = z.string().min(1).max(LIMITS.proofCharsMax)

const ChallengeAsked = z.strictObject({ app: AppToken })
const DebugToken = z.strictObject({ token: z.string().min(1).max(256) })

/** What each platform's API returns, and how it goes to management. */
const PROOFS = {
  apple: z
    .strictObject({ challenge: Challenge, keyId: KeyId, attestation: Bytes })
    .transform((appleRegistration): Proof => ({ appleRegistration })),
  'apple/assert': z
    .strictObject({ challenge: Challenge, keyId: KeyId, assertion: Bytes })
    .transform((appleAssertion): Proof => ({ appleAssertion })),
  android: z
    .strictObject({ challenge: Challenge, installation: AppInstallation, token: Token })
    .transform((playIntegrity): Proof => ({ playIntegrity })),
  appcheck: z
    .strictObject({ app: AppToken, installation: AppInstallation, token: Token })
    .transform(({ app, ...rest }): Proof => ({ appCheck: { appToken: app, ...rest } })),
} as const

type ProofPath = keyof typeof PROOFS

const isProofPath = (path: string): path is ProofPath => Object.hasOwn(PROOFS, path)

/** Apple’s DeviceCheck tells genuine devices and not genuine apps. It is not built. */
const NOT_BUILT = 'devicecheck'

export const isAttestPath = (path: string): boolean => path.startsWith(PREFIX)

/** @throws Fault NOT_FOUND, INVALID_METHOD, NOT_IMPLEMENTED, and what the exchange throws. */
export async function answerAttest(attest: Attest, exchange: Exchange, path: string): Promise<void> {
  const way = path.slice(PREFIX.length)
  if (way === NOT_BUILT) throw new Fault('NOT_IMPLEMENTED', path)
  if (way !== 'challenge' && way !== 'debug' && !isProofPath(way)) throw new Fault('NOT_FOUND', path)
  if (exchange.method !== 'POST') throw new Fault('INVALID_METHOD', exchange.method, { allow: ['POST'] })
  const { incoming, sourceAddress } = exchange
  if (way === 'challenge') {
    const { app } = await readJson(incoming, ChallengeAsked, LIMITS.tokenBytesMax)
    const { challenge, expiresAtMs } = await attest.challenge(app, sourceAddress)
    return sendJson(exchange, 200, { challenge, expiresAt: new Date(expiresAtMs).toISOString() }, NO_STORE)
  }
  if (way === 'debug') {
    const { token } = await readJson(incoming, DebugToken, LIMITS.tokenBytesMax)
    return sendSession(exchange, await attest.exchangeDebugToken(token, sourceAddress))
  }
  const proof = await readJson(incoming, PROOFS[way], LIMITS.proofBytesMax)
  return sendSession(exchange, await attest.exchange(proof, sourceAddress))
}

const NO_STORE = ['cache-control', 'no-store'] as const

function sendSession(exchange: Exchange, { token, expiresAtMs, deviceId }: AppSession): void {
  const expiresAt = new Date(expiresAtMs).toISOString()
  sendJson(exchange, 200, { token, expiresAt, device: deviceId }, NO_STORE)
}

/** @throws Fault UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, INVALID_REQUEST. */
async function readJson<Schema extends z.ZodType>(
  incoming: IncomingMessage,
  schema: Schema,
  bytesMax: number,
): Promise<z.output<Schema>> {
  refuseUnlessJson(incoming.headers)
  const declared = Number(incoming.headers['content-length'] ?? 0)
  if (declared > bytesMax) throw new Fault('TOO_LARGE', `a body of ${declared} bytes`)
  const body = await takeBody(incoming, false)
  if (body.kind === 'streamed') {
    throw new Fault('INVALID_REQUEST', 'a body without a length', { say: 'Send the body with Content-Length.' })
  }
  return validateBody(schema, body.kind === 'whole' ? parseJsonBody(body.bytes) : undefined)
}
