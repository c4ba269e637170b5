import { needleSetOf } from './needle-set.js'
import { NEEDLE_BYTES_MIN } from './needles.js'
import { RunScanner } from './run-scanner.js'
import { TokenTail } from './token-tail.js'
export function createScrubber({ secrets, basics, scrub }) {
  return scrub ? new SearchingScrubber(needleSetOf(secrets, basics)) : PASSING
}
class SearchingScrubber {
  #needles
  #scanner
  #tail = new TokenTail()
  constructor(needles) {
    this.#needles = needles
    this.#scanner = new RunScanner(needles)
  }
  leaksInFields(reason, fields) {
    let text = `${reason}\n`
    // Shorter ones hold no needle.
    for (const field of fields) if (field.length >= NEEDLE_BYTES_MIN) text += `${field}\n`
    return new RunScanner(this.#needles).scan(Buffer.from(text, 'latin1'))
  }
  push(chunk) {
    return this.#scanner.scan(chunk) ? 'leaked' : this.#tail.push(chunk)
  }
  end() {
    return this.#tail.end()
  }
}
const NOTHING = Buffer.alloc(0)
const PASSING = {
  leaksInFields: () => false,
  push: (chunk) => chunk,
  end: () => NOTHING,
}
//# sourceMappingURL=scrubber.js.map
