import { constants, gunzipSync } from 'node:zlib'
import type { Needle } from './needles.js'
import { needlesOf } from './needles.js'

/** Something to be searched for: a planted value, under a name that may be shown. */
export interface Wanted {
  readonly name: string
  readonly value: string
}

/** What was found: whose value, in which form. The value itself is nowhere in it. */
export interface Hit {
  readonly name: string
  readonly form: string
}

/** Searches bytes for all values in all forms at once, also what is gzip'd in them. */
export type Search = (bytes: Buffer) => readonly Hit[]

const LIMITS = {
  /** Of one gzip member, unpacked. */
  gunzippedBytesMax: 64 * 1024 * 1024,
  /** What was compressed twice is unpacked, what was compressed further is not. */
  depthMax: 2,
} as const

/** RFC 1952 § 2.3.1: the magic number, and the only method there is. */
const GZIP = Buffer.from([0x1f, 0x8b, 0x08])

interface Candidate extends Needle {
  readonly name: string
}

/**
 * One pass for all needles: their first four bytes are looked up in a bitmap at each place, and the few places where it
 * says yes are compared.
 *
 * @throws Error for a value below `NEEDLE_LIMITS.bytesMin`: it would be found nowhere.
 */
export function createSearch(wanted: readonly Wanted[]): Search {
  const byStart = new Map<number, Candidate[]>()
  const bitmap = new Uint8Array(2 ** FOLDED_BITS)
  for (const { name, value } of wanted) {
    const needles = needlesOf(value)
    if (!needles.some(({ form }) => form === 'raw')) throw new Error(`${name} is too short to be searched for`)
    for (const needle of needles) {
      const start = needle.bytes.readUInt32BE(0)
      byStart.set(start, [...(byStart.get(start) ?? []), { ...needle, name }])
      bitmap[fold(start)] = 1
    }
  }
  const searchPlain = (bytes: Buffer, hits: Map<string, Hit>): void => {
    let start = 0
    for (let at = 0; at < bytes.length; at += 1) {
      start = (start << 8) | (bytes[at] ?? 0)
      if (bitmap[fold(start)] === 0) continue
      const from = at - 3
      for (const { name, form, bytes: needle } of byStart.get(start >>> 0) ?? []) {
        if (bytes.length - from < needle.length || needle.compare(bytes, from, from + needle.length) !== 0) continue
        hits.set(`${name} ${form}`, { name, form })
      }
    }
  }
  const searchAll = (bytes: Buffer, depth: number, hits: Map<string, Hit>): void => {
    searchPlain(bytes, hits)
    if (depth === LIMITS.depthMax) return
    for (const unpacked of gunzipped(bytes)) searchAll(unpacked, depth + 1, hits)
  }
  return (bytes) => {
    const hits = new Map<string, Hit>()
    searchAll(bytes, 0, hits)
    return [...hits.values()]
  }
}

/** A bitmap that the processor's cache holds is looked up in five times as fast as one of 24 bits. */
const FOLDED_BITS = 20
/** Held here: in the contexts of tests each look at a global costs a tenth of a microsecond, and this is one a byte. */
const { imul } = Math

/** The same for the signed and the unsigned number. */
function fold(start: number): number {
  return imul(start, 0x9e3779b1) >>> (32 - FOLDED_BITS)
}

function* gunzipped(bytes: Buffer): Generator<Buffer> {
  for (let at = bytes.indexOf(GZIP); at !== -1; at = bytes.indexOf(GZIP, at + 1)) {
    try {
      yield gunzipSync(bytes.subarray(at), {
        maxOutputLength: LIMITS.gunzippedBytesMax,
        // One that is cut off is read as far as it goes.
        finishFlush: constants.Z_SYNC_FLUSH,
      })
    } catch {
      // Three bytes that look like one.
    }
  }
}
