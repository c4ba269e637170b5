import { createHash } from 'node:crypto'
import { joinInjectively } from './bytes.js'

/** SHA-256. */
export const HEAD_BYTES = 32
/** The head before the first link of every chain. */
export const FIRST_HEAD: Buffer = Buffer.alloc(HEAD_BYTES)

/** Part of the format in which management writes and which the vault checks: never changed. */
const LINK_WORD = 'protectmyapi/chain/1/link'
const STATEMENT_WORD = 'protectmyapi/chain/1/signed-head'

/** One step of an append-only chain. */
export interface Link {
  /** The chain's name. It goes into every head, so that one chain does not pass for another. */
  readonly chain: string
  /** Number of links including this one; 1 for the first. */
  readonly count: number
  /** The head before it, FIRST_HEAD for the first. */
  readonly previous: Uint8Array
  /** Digest of the link's content. */
  readonly content: Uint8Array
}

/** The head of a chain after adding a link: it depends on all links before, and on their order. */
export function headAfter({ chain, count, previous, content }: Link): Buffer {
  return createHash('sha256')
    .update(joinInjectively([LINK_WORD, chain, String(count), previous, content]))
    .digest()
}

/** What the vault signs: that this chain had this head at this time. */
export interface HeadStatement {
  /** The installation of the vault: a head of another installation proves nothing here. */
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
