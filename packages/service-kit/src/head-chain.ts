import { createHash } from 'node:crypto'
import { joinInjectively } from './bytes.js'

/** SHA-256. */
export const HEAD_BYTES = 32
/** What stands before the first link of every chain. */
export const FIRST_HEAD: Buffer = Buffer.alloc(HEAD_BYTES)

/** Part of the format, which management writes and the vault follows: never changed. */
const LINK_WORD = 'protectmyapi/chain/1/link'
const STATEMENT_WORD = 'protectmyapi/chain/1/signed-head'

/** One step of an append-only chain. */
export interface Link {
  /** Its name is in every head: a chain does not pass for another. */
  readonly chain: string
  /** How many links there are with this one; 1 for the first. */
  readonly count: number
  /** The head before it, FIRST_HEAD for the first. */
  readonly previous: Uint8Array
  /** Digest of what the link holds. */
  readonly content: Uint8Array
}

/** The head of a chain once a link was added: it depends on every link there has ever been, and on their order. */
export function headAfter({ chain, count, previous, content }: Link): Buffer {
  return createHash('sha256')
    .update(joinInjectively([LINK_WORD, chain, String(count), previous, content]))
    .digest()
}

/** What the vault signs: that this chain had this head, at this time. */
export interface HeadStatement {
  /** The vault's: a head of another installation says nothing here. */
  readonly installationId: string
  readonly chain: string
  readonly count: number
  readonly head: Uint8Array
  /** Unix time in milliseconds, on the vault's clock. */
  readonly signedAtMs: number
}

/** The bytes under the vault's Ed25519 signature. */
export function headStatement({ installationId, chain, count, head, signedAtMs }: HeadStatement): Buffer {
  return joinInjectively([STATEMENT_WORD, installationId, chain, String(count), head, String(signedAtMs)])
}
