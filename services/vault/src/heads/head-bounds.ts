import { Fault } from '@protectmyapi/service-kit/faults'
import { HEAD_BYTES } from '@protectmyapi/service-kit/head-chain'

const BOUNDS = {
  /** An organization's id and the kind of chain. Names appear in logs and statements. */
  chainCharsMax: 128,
  /**
   * 340 KiB: as many batches as one organization's log gets in a quarter of an hour under load. More takes several
   * calls.
   */
  linksMax: 10_000,
} as const

const CHAIN = /^[A-Za-z0-9_/-]+$/

/** A head that a caller wants signed. */
export interface AskedHead {
  readonly chain: string
  readonly head: Buffer
  readonly count: number
  /** Contents of the last links; the last of them makes the head. */
  readonly links: readonly Buffer[]
  /** The last signed count that the vault described to the caller; undefined if the caller does not give it. */
  readonly seen?: number | undefined
}

/** @throws Fault INVALID_REQUEST. */
export function checkChain(chain: string): void {
  if (!CHAIN.test(chain) || chain.length > BOUNDS.chainCharsMax)
    throw refuse('chain', 'Give a name: letters, digits, _, - and /, at most 128.')
}

/** @throws Fault INVALID_REQUEST. */
export function checkHead({ chain, head, count, links }: AskedHead): void {
  checkChain(chain)
  if (head.length !== HEAD_BYTES) throw refuse('head', `Give ${HEAD_BYTES} bytes.`)
  if (!Number.isSafeInteger(count) || count < 1) throw refuse('count', 'Give the number of links, 1 at least.')
  if (links.length > Math.min(BOUNDS.linksMax, count))
    throw refuse('links', `Give at most ${BOUNDS.linksMax} links, and no more than count.`)
  if (links.some((link) => link.length !== HEAD_BYTES)) throw refuse('links', `Give ${HEAD_BYTES} bytes for each.`)
}

export function refuse(field: string, detail: string): Fault {
  return new Fault('INVALID_REQUEST', `${field}: ${detail}`, {
    say: `${field}: ${detail}`,
    errors: [{ pointer: `/${field}`, detail }],
  })
}
