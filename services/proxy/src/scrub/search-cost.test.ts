import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import type { HeldSecret } from '../lease/lease-source.js'
import { createScrubber, type Injected } from './scrubber.js'

const KEY = 'sk-proj-Zq81hd_72Kfh-27dkHTw9'
/** For this value every byte is hashed, because a blank is in no token. */
const WITH_BLANKS = 'correct horse battery staple'
const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_'

/** Functions that compare bytes with a secret and may stop early or skip. None may be called for any guess. */
const SEARCHES = ['indexOf', 'lastIndexOf', 'includes', 'equals', 'compare'] as const

/** Steps of the rolling hash over all needles, and calls of anything else that compares. */
interface Cost {
  readonly steps: number
  readonly searches: readonly string[]
}

let steps = 0
const searches: string[] = []

/**
 * The real functions, each noting that it was called. Mocks of jest that record millions of calls would take a minute.
 */
const undo: (() => void)[] = []
beforeEach(() => {
  const { imul } = Math
  Math.imul = (one, other) => {
    steps += 1
    return imul(one, other)
  }
  undo.push(() => Object.assign(Math, { imul }))
  for (const name of SEARCHES) {
    const real: (...given: never[]) => unknown = Buffer.prototype[name]
    const noting = function (this: Buffer, ...given: never[]): unknown {
      searches.push(name)
      return real.apply(this, given)
    }
    Object.assign(Buffer.prototype, { [name]: noting })
    undo.push(() => Object.assign(Buffer.prototype, { [name]: real }))
  }
})
afterEach(() => {
  for (const restore of undo.splice(0)) restore()
})

function injected(value: string): Injected {
  const bindings = { origins: [], placements: [], services: [] }
  const secret: HeldSecret = {
    ...{ secretId: 'sec_1', versionId: 'ver_1', value: new SecretText(value), bindings, labels: [], notAfter: 1 },
  }
  return { secrets: [secret], basics: [], scrub: true }
}

/**
 * The cost of an answer that comes in these chunks. The needles are made before, as they are made once for a secret.
 */
function costOf(of: Injected, chunks: readonly string[]): Cost {
  const scrubber = createScrubber(of)
  steps = 0
  searches.length = 0
  for (const chunk of chunks) expect(scrubber.push(Buffer.from(chunk))).not.toBe('leaked')
  scrubber.leaksInFields(['x-echo', ...chunks])
  return { steps, searches: [...searches] }
}

/** Counted and not timed, because a clock would measure the machine's load. */
describe.each([KEY, WITH_BLANKS])('the search of an answer for “%s”', (value) => {
  const secret = injected(value)

  it('takes as many steps for a guess that is right so far as for a wrong one, and calls no other comparison', () => {
    for (let known = 0; known < value.length - 1; known += 1) {
      const wanted = value[known] ?? ''
      // Of the same kind of character, because the answer itself shows where a run of token characters ends.
      const wrong = wanted === ' ' ? ',' : wanted === 'x' ? 'y' : 'x'
      const [right, other] = [wanted, wrong].map((last) => {
        const guess = value.slice(0, known) + last
        const long = guess.padEnd(40, '~')
        return costOf(secret, [`{"echo":"${long}`, `${guess}${long}","again":"${long}"}`, `"${long}" "${guess}"`])
      })
      expect([known, other]).toEqual([known, right])
      expect(right?.searches).toEqual([])
      expect(right?.steps).toBeGreaterThan(0)
    }
  })

  it('takes as many steps for a long run of any one character, whether it occurs in the value or not', () => {
    const bytes = 512
    const [first, ...others] = [...ALPHABET].map((char) => costOf(secret, [`"${char.repeat(bytes)}"`]))
    // At least one for each byte, in the body and in the field: none is skipped.
    expect(first?.steps).toBeGreaterThanOrEqual(bytes * 2)
    for (const cost of others) expect(cost).toEqual(first)
  })
})

it('the search calls a comparison once only, for the whole value that it has found', () => {
  const scrubber = createScrubber(injected(KEY))
  searches.length = 0
  expect(scrubber.push(Buffer.from(`"${KEY}"`))).toBe('leaked')
  expect(searches).toEqual(['equals'])
})
