import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** Opaque tokens. Their prefixes tell scanners, people and the proxy which kind each is. */
export const TOKEN_PREFIXES = {
  /** Names an app. Publishable. */
  app: 'pma_app_',
  /** Buys an app session in development; expires. */
  debug: 'pma_dbg_',
  /** A person's token for automation. */
  personal: 'pma_pat_',
  /** An invitation to an organization; used once. */
  invitation: 'pma_inv_',
  /** A person's signed-in browser. */
  signIn: 'pma_web_',
  /** Makes the first owner; used once. */
  setup: 'pma_set_',
} as const

/** An app session: this prefix and a compact JWS. */
export const SESSION_PREFIX = 'pma_ses_'

export type TokenKind = keyof typeof TOKEN_PREFIXES

const BODY_BYTES = 32
const BODY_CHARS = 43
const CHECK_CHARS = 6

/**
 * 256 random bits in base64url, followed by a CRC-32 over everything before it, so that a cut or mistyped token is
 * recognised offline.
 */
export function newToken(kind: TokenKind): string {
  const token = TOKEN_PREFIXES[kind] + randomBytes(BODY_BYTES).toString('base64url')
  return token + checksum(token)
}

/** Whether the text has the shape and checksum of a token of this kind. Does not tell whether the token exists. */
export function isToken(kind: TokenKind, text: string): boolean {
  const prefix = TOKEN_PREFIXES[kind]
  if (!text.startsWith(prefix) || text.length !== prefix.length + BODY_CHARS + CHECK_CHARS) return false
  return checksum(text.slice(0, -CHECK_CHARS)) === text.slice(-CHECK_CHARS)
}

/** What is stored of a token. A plain hash suffices: the token has 256 random bits, so it cannot be found by trying. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest()
}

function checksum(text: string): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(text))
  return bytes.toString('base64url')
}
