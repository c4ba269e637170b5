import { FIRST_HEAD } from '@protectmyapi/service-kit/head-chain'
import { CHAIN_LIMITS } from '../chain/chain-limits.js'
import type { Break } from './verdict.js'

/** How far a chain has been verified, and what was found. */
export interface Walk {
  /** The last link that follows from all before it, and its head. */
  count: number
  head: Buffer
  /** The first link that is kept. */
  from: number
  /** Entries compared. */
  entries: number
  /** The last signed head that fits its link. */
  vouched: number
  /** The last head that a key of the vault signed, whether it fits or not. */
  signed: number
  /** The last signed head that is kept, signed by anybody. */
  kept: number
  /**
   * From the first to the last link whose signed head others may have signed, with no later head that is the vault's
   * alone.
   */
  doubtful: { readonly from: number; readonly through: number } | null
  doubt(link: number): void
  /** The same for the head that the kept links begin at. No later head says that the links before it had expired. */
  doubtBeginning(link: number): void
  /** The vault alone can have signed this head, and it covers every link before it. */
  lift(): void
  /** From the first to the last link that was signed late, or still waits; the longest wait, in whole seconds. */
  late: { readonly from: number; readonly through: number; readonly seconds: number } | null
  /** Notes a sound link, and the time of its oldest entry; what it holds waits to be signed. */
  waits(link: number, oldestMs: number): void
  /** Notes that the vault signed through this link, at this time. */
  signedAt(link: number, ms: number): void
  /** Notes that there are no more links, at this time: those that were never signed have waited until now. */
  endsAt(ms: number): void
  /** The first breaks that were found. */
  readonly breaks: readonly Break[]
  add(broken: Break): void
  /** Adds a break about links. */
  note(kind: Break['kind'], link: number, detail: string): void
  /** Whether nothing that follows can be judged, or enough is known. */
  isOver(): boolean
}

const ENDS: readonly Break['kind'][] = ['table-altered', 'link-missing', 'link-altered', 'link-reordered', 'rewritten']

export function beginWalk(): Walk {
  const breaks: Break[] = []
  let isEnded = false
  let beginning: Walk['doubtful'] = null
  /** Links since the last signed head. */
  let waiting: { readonly from: number; readonly oldestMs: number } | undefined
  const add = (broken: Break): void => {
    isEnded ||= ENDS.includes(broken.kind)
    if (breaks.length < CHAIN_LIMITS.verify.breaksNamed) breaks.push(broken)
  }
  return {
    doubtful: null,
    doubt(link) {
      this.doubtful = { from: this.doubtful?.from ?? link, through: link }
    },
    doubtBeginning(link) {
      beginning = { from: link, through: link }
      this.doubtful = beginning
    },
    lift() {
      this.doubtful = beginning
    },
    late: null,
    waits(link, oldestMs) {
      waiting = { from: waiting?.from ?? link, oldestMs: Math.min(waiting?.oldestMs ?? oldestMs, oldestMs) }
    },
    endsAt(ms) {
      this.signedAt(this.count, ms)
    },
    signedAt(link, ms) {
      const waitedMs = ms - (waiting?.oldestMs ?? ms)
      if (waiting && waitedMs > CHAIN_LIMITS.verify.lateMs) {
        // An entry may carry an impossible time.
        const waited = Math.min(Number.MAX_SAFE_INTEGER, Math.floor(waitedMs / 1_000))
        const seconds = Math.max(this.late?.seconds ?? 0, waited)
        this.late = { from: this.late?.from ?? waiting.from, through: link, seconds }
      }
      waiting = undefined
    },
    count: 0,
    head: FIRST_HEAD,
    from: 1,
    entries: 0,
    vouched: 0,
    signed: 0,
    kept: 0,
    breaks,
    add,
    note: (kind, link, detail) => add({ kind, link, day: null, detail }),
    isOver: () => isEnded || breaks.length >= CHAIN_LIMITS.verify.breaksNamed,
  }
}
