import type { HeldSecret } from '../lease/lease-source.js'
import { type NeedleSet, type Needles, needleSetOf } from './needle-set.js'
import { NEEDLE_BYTES_MIN } from './needles.js'
import { RunScanner } from './run-scanner.js'
import { TokenTail } from './token-tail.js'

/** A guard against accidents, for one answer. A match ends the answer; it is never rewritten. */
export interface Scrubber {
  /** Header or trailer fields: name, value, … True where they hold a value. */
  leaksInFields(fields: readonly string[]): boolean
  /** The part of the body that may be passed on now, in non-empty pieces; or `leaked`: then nothing more may. */
  push(chunk: Buffer): readonly Buffer[] | 'leaked'
  /** What was held back, once the body has ended. */
  end(): Buffer
}

/** What was injected into the request and must not be in the answer. */
export interface Injected {
  readonly secrets: readonly HeldSecret[]
  readonly basics: readonly string[]
  readonly scrub: boolean
}

export function createScrubber({ secrets, basics, scrub }: Injected): Scrubber {
  return scrub ? new SearchingScrubber(needleSetOf(secrets, basics)) : PASSING
}

class SearchingScrubber implements Scrubber {
  readonly #needles: NeedleSet
  readonly #scanner: RunScanner
  readonly #tail = new TokenTail()

  constructor(needles: NeedleSet) {
    this.#needles = needles
    this.#scanner = new RunScanner(needles)
  }

  leaksInFields(fields: readonly string[]): boolean {
    let text = ''
    let names = ''
    // Shorter fields hold no needle.
    fields.forEach((field, at) => {
      if (field.length < NEEDLE_BYTES_MIN) return
      text += `${field}\n`
      if (at % 2 === 0) names += `${field.toLowerCase()}\n`
    })
    return this.#holds(this.#needles, text) || this.#holds(this.#needles.folded, names)
  }

  #holds(needles: Needles, text: string): boolean {
    return text !== '' && new RunScanner(needles).scan(Buffer.from(text, 'latin1'))
  }

  push(chunk: Buffer): readonly Buffer[] | 'leaked' {
    return this.#scanner.scan(chunk) ? 'leaked' : this.#tail.push(chunk)
  }

  end(): Buffer {
    return this.#tail.end()
  }
}

const NOTHING = Buffer.alloc(0)

const PASSING: Scrubber = {
  leaksInFields: () => false,
  push: (chunk) => [chunk],
  end: () => NOTHING,
}
