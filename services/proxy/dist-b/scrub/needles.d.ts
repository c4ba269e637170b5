import type { HeldSecret } from '../lease/lease-source.js'
/** One form in which a value could come back, with what the search needs to know of it. */
export interface Needle {
  readonly bytes: Buffer
  readonly hash: number
  /** BASE to the power of its length: what the oldest byte of a window weighs in the next one. */
  readonly outWeight: number
}
/** Shorter values are words that occur by chance: ending answers for them would do more harm than they do. */
export declare const NEEDLE_BYTES_MIN = 16
/** Of the rolling hash. Odd, and drawn at each start, so that nobody can prepare collisions. */
export declare const BASE: number
/** The forms of a held secret, made once while it is held. None for a short one. */
export declare function needlesOf(secret: HeldSecret): readonly Needle[]
/** The needle of what stood for user and password of Basic: what was sent, so what could be echoed. */
export declare function needleOfBasic(encoded: string): readonly Needle[]
/** @returns no needles for a value below the bound. */
export declare function needlesFor(value: string): readonly Needle[]
