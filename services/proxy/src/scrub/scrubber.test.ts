import { describe, expect, it } from '@jest/globals'
import { SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import fc from 'fast-check'
import type { HeldSecret } from '../lease/lease-source.js'
import { createScrubber, type Scrubber } from './scrubber.js'

const KEY = 'sk-proj-Zq81hd_72Kfh-27dkHTw9'

const held = (value: string): HeldSecret => ({
  secretId: 'sec_1',
  versionId: 'ver_1',
  value: new SecretText(value),
  bindings: { origins: [], placements: [], services: [] },
  labels: [],
  notAfter: 1,
})

const scrubberOf = (value: string, basics: string[] = []): Scrubber =>
  createScrubber({ secrets: [held(value)], basics, scrub: true })

/** What a client sees of an answer, step by step, and whether it was ended. */
function watch(scrubber: Scrubber, chunks: readonly Buffer[]): { steps: string[]; leaked: boolean } {
  const steps: string[] = []
  for (const chunk of chunks) {
    const out = scrubber.push(chunk)
    if (out === 'leaked') return { steps, leaked: true }
    steps.push(Buffer.concat(out).toString('latin1'))
  }
  steps.push(scrubber.end().toString('latin1'))
  return { steps, leaked: false }
}

const cutAt = (body: Buffer, cuts: readonly number[]): Buffer[] => {
  const places = [0, ...[...cuts].sort((a, b) => a - b), body.length]
  return places.slice(1).map((to, at) => body.subarray(places[at], to))
}

const FORMS: [string, string, string][] = [
  ['in clear', KEY, KEY],
  ['URL-encoded', 'p@ss/word+with=signs&more', 'p%40ss%2Fword%2Bwith%3Dsigns%26more'],
  ['URL-encoded in lower case', 'p@ss/word+with=signs&more', 'p%40ss%2fword%2bwith%3dsigns%26more'],
  ['JSON-escaped', 'quote"back\\slash-0123456789', 'quote\\"back\\\\slash-0123456789'],
  ['JSON-escaped as PHP does', 'abc/def/ghi/0123456789', 'abc\\/def\\/ghi\\/0123456789'],
  ['JSON-escaped as Go does', 'a<b>c&d-0123456789', 'a\\u003cb\\u003ec\\u0026d-0123456789'],
  ['JSON-escaped as Gson does', "k='v'=0123456789ab==", 'k\\u003d\\u0027v\\u0027\\u003d0123456789ab\\u003d\\u003d'],
  ['JSON-escaped as .NET does', 'k"1+2`3&4\\5-ü0123456789', 'k\\u00221\\u002B2\\u00603\\u00264\\\\5-\\u00FC0123456789'],
  ['JSON-escaped as Python does', 'schlüssel-0123456789', 'schl\\u00fcssel-0123456789'],
  ['JSON-escaped as PHP does, beyond ASCII', 'schlüssel/0123456789', 'schl\\u00fcssel\\/0123456789'],
  ['URL-encoded strictly, in lower case', "it's*a/key-0123456789", 'it%27s%2aa%2fkey-0123456789'],
  ['URL-encoded strictly, blanks too, in lower case', "it's a*key/0123456789", 'it%27s%20a%2akey%2f0123456789'],
  ['as a form, in lower case', 'correct horse/battery staple', 'correct+horse%2fbattery+staple'],
  ['base64', KEY, Buffer.from(KEY).toString('base64')],
  ['base64url', 'ÿÿÿþþþ0123456789ÿ?>', Buffer.from('ÿÿÿþþþ0123456789ÿ?>').toString('base64url')],
  ['with blanks in it', 'correct horse battery staple', 'correct horse battery staple'],
  ['as a form of PHP', 'a~b*c/0123456789-abc', 'a%7Eb%2Ac%2F0123456789-abc'],
  ['as a form of the URL standard', 'a~b*c/0123456789-abc', 'a%7Eb*c%2F0123456789-abc'],
  ['URL-encoded as Python does', 'a/b=c+d/0123456789==', 'a/b%3Dc%2Bd/0123456789%3D%3D'],
  ['URL-encoded twice', 'a/b=c+d/0123456789==', 'a%252Fb%253Dc%252Bd%252F0123456789%253D%253D'],
  ['without the blank at its end', `${KEY} `, KEY],
  ['without the tab before it, URL-encoded', '\tp@ss/word+with=signs', 'p%40ss%2Fword%2Bwith%3Dsigns'],
  ['without its scheme', `Bearer ${KEY}`, KEY],
  ['without its scheme and name', `Token token=${KEY}`, KEY],
  ['without its name and quotes', `ApiKey = "${KEY}"`, KEY],
  ['as the password of Basic', `Basic ${Buffer.from(`user:${KEY}`).toString('base64')}`, KEY],
  ['as the user of Basic', `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`, KEY],
  ['as the user of Basic before a word', `Basic ${Buffer.from(`${KEY}:x`).toString('base64')}`, KEY],
  ['as the password of a pair whose scheme a template has', Buffer.from(`user:${KEY}`).toString('base64'), KEY],
  ['as the user of such a pair', Buffer.from(`${KEY}:`).toString('base64'), KEY],
  ['as such a pair', Buffer.from('acct-123:pass-5678').toString('base64'), 'acct-123:pass-5678'],
  ['as the pair of Basic', `basic ${Buffer.from('acct-123:pass-5678').toString('base64')}`, 'acct-123:pass-5678'],
  ['with blanks, as a form', 'correct horse battery staple', 'correct+horse+battery+staple'],
]

describe('the scrubber ends an answer that holds the value', () => {
  const bodyWith = (echoed: string): Buffer => Buffer.from(`{"error":"bad key ${echoed}","more":"text"}`)

  it.each(FORMS)('%s, in two chunks with any split', (_form, value, echoed) => {
    const body = bodyWith(echoed)
    for (let cut = 0; cut <= body.length; cut += 1) {
      const { steps, leaked } = watch(scrubberOf(value), cutAt(body, [cut]))
      expect([cut, leaked, steps.join('').includes(echoed)]).toEqual([cut, true, false])
    }
  })

  it.each(FORMS)('%s, in several chunks with any splits', (_form, value, echoed) => {
    const body = bodyWith(echoed)
    fc.assert(
      fc.property(fc.array(fc.nat(body.length), { maxLength: 12 }), (cuts) => {
        const { steps, leaked } = watch(scrubberOf(value), cutAt(body, cuts))
        expect(leaked).toBe(true)
        expect(steps.join('')).not.toContain(echoed)
      }),
    )
  })

  it('and lets none of the value out before, at any split, when it is a run of token characters', () => {
    const body = Buffer.from(`data: {"k":"${KEY}"}\n\n`)
    for (let cut = 0; cut <= body.length; cut += 1) {
      expect(watch(scrubberOf(KEY), cutAt(body, [cut])).steps.join('')).not.toContain(KEY.slice(0, 3))
    }
  })

  it('at any split between two chunks as large as a socket read', () => {
    const filler = 'lorem ipsum '.repeat(6_000)
    const body = Buffer.from(`${filler}${KEY}${filler}`)
    for (let cut = filler.length; cut <= filler.length + KEY.length; cut += 1) {
      const { steps, leaked } = watch(scrubberOf(KEY), cutAt(body, [cut]))
      expect([cut, leaked]).toEqual([cut, true])
      expect(filler.startsWith(steps.join(''))).toBe(true)
    }
  })

  it('when it comes byte by byte, after much other text, and when it stands between longer runs', () => {
    const body = Buffer.from(`${'lorem ipsum '.repeat(3_000)}${'A'.repeat(5_000)}${KEY}${'B'.repeat(5_000)}`)
    const { steps, leaked } = watch(
      scrubberOf(KEY),
      [...body].map((byte) => Buffer.of(byte)),
    )
    expect(leaked).toBe(true)
    expect(steps.join('')).not.toContain(KEY)
    expect(watch(scrubberOf(KEY), [body]).leaked).toBe(true)
  })

  it('when it is longer than what is held back, and never lets out the whole value', () => {
    const long = Array.from({ length: 400 }, (_, at) => `k${at}_`).join('')
    const body = Buffer.from(`x ${long} y`)
    const { steps, leaked } = watch(scrubberOf(long), cutAt(body, [300, 600, 900, 1_200, 1_500]))
    expect(leaked).toBe(true)
    expect(steps.join('')).not.toContain(long)
  })

  it('as the encoded pair of Basic, or as the decoded one', () => {
    const encoded = Buffer.from(`user:${KEY}`).toString('base64')
    expect(watch(scrubberOf(KEY, [encoded]), [Buffer.from(`"Basic ${encoded}"`)]).leaked).toBe(true)
    const shortSides = Buffer.from('acct_123:pw_456789').toString('base64')
    for (const echoed of [shortSides, 'acct_123:pw_456789'])
      expect(
        watch(createScrubber({ secrets: [], basics: [shortSides], scrub: true }), [Buffer.from(echoed)]).leaked,
      ).toBe(true)
  })

  it('as the encoded pair of Basic, escaped for JSON or for an address', () => {
    const encoded = Buffer.from('me:aa?~~>012345678901234').toString('base64')
    expect(encoded).toContain('/')
    for (const echoed of [encoded.replaceAll('/', '\\/'), encodeURIComponent(encoded)])
      expect(watch(scrubberOf(KEY, [encoded]), [Buffer.from(`"Basic ${echoed}"`)]).leaked).toBe(true)
  })

  it('in a header field, Location included, but not when two fields hold a part each', () => {
    const scrubber = scrubberOf('p@ss/word+with=signs&more')
    expect(scrubber.leaksInFields(['Location', 'https://x.example/?k=p%40ss%2Fword%2Bwith%3Dsigns%26more'])).toBe(true)
    expect(scrubber.leaksInFields(['x-echo', 'p@ss/word+with=signs&more'])).toBe(true)
    expect(scrubber.leaksInFields(['x-a', 'p@ss/word', 'x-b', '+with=signs&more'])).toBe(false)
  })
})

describe('the scrubber finds the value among any other bytes', () => {
  /** Runs of token characters and of others, with lengths around the minimum. */
  const Around = fc
    .array(fc.tuple(fc.constantFrom('a', '/', ' ', '"', '\0', '\xff'), fc.integer({ min: 1, max: 40 })), {
      maxLength: 40,
    })
    .map((runs) => runs.map(([char, count]) => char.repeat(count)).join(''))

  it.each([KEY, 'k3y-of-16-bytes!', 'correct horse battery staple'])(
    'when it is “%s”, in one chunk or several, and finds nothing without it',
    (value) => {
      fc.assert(
        fc.property(Around, Around, fc.array(fc.nat(4_000), { maxLength: 3 }), (before, after, cuts) => {
          const body = Buffer.from(before + value + after, 'latin1')
          const chunks = cutAt(
            body,
            cuts.map((cut) => Math.min(cut, body.length)),
          )
          expect(watch(scrubberOf(value), chunks).leaked).toBe(true)
          expect(watch(scrubberOf(value), [Buffer.from(before + after, 'latin1')]).leaked).toBe(false)
        }),
        { numRuns: 1_000 },
      )
    },
  )
})

describe('the scrubber passes', () => {
  it('any other answer byte for byte, wherever the chunks part', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4_000 }), fc.array(fc.nat(4_000), { maxLength: 8 }), (bytes, cuts) => {
        const body = Buffer.from(bytes)
        const chunks = cutAt(
          body,
          cuts.map((cut) => Math.min(cut, body.length)),
        )
        const { steps, leaked } = watch(scrubberOf(KEY), chunks)
        expect(leaked).toBe(false)
        expect(Buffer.from(steps.join(''), 'latin1').equals(body)).toBe(true)
      }),
    )
  })

  it('a large answer byte for byte, in chunks as large as sockets are read, whatever they end with', () => {
    const body = Buffer.from(Array.from({ length: 60_000 }, (_, at) => 'ab cde,'.repeat(at % 5)).join(''))
    const cuts = Array.from({ length: Math.floor(body.length / 65_537) }, (_, at) => (at + 1) * 65_537)
    for (const chunks of [cutAt(body, cuts), cutAt(Buffer.alloc(body.length, 'a'), cuts)]) {
      const { steps, leaked } = watch(scrubberOf(KEY), chunks)
      expect(leaked).toBe(false)
      expect(Buffer.from(steps.join(''), 'latin1').equals(Buffer.concat(chunks))).toBe(true)
    }
  })

  it('each event of a stream at once', () => {
    const events = ['data: {"delta":"Hel"}\n\n', 'data: {"delta":"lo"}\n\n', ': ping\n\n', 'data: [DONE]\n\n']
    const { steps } = watch(
      scrubberOf(KEY),
      events.map((event) => Buffer.from(event)),
    )
    expect(steps).toEqual([...events, ''])
  })

  it('a value of 15 characters, which may occur by chance', () => {
    expect(watch(scrubberOf('test-key-123456'), [Buffer.from('test-key-123456')]).leaked).toBe(false)
  })

  it('everything when the service turns scrubbing off', () => {
    const off = createScrubber({ secrets: [held(KEY)], basics: [], scrub: false })
    expect(watch(off, [Buffer.from(KEY)])).toEqual({ steps: [KEY, ''], leaked: false })
    expect(off.leaksInFields(['a', KEY])).toBe(false)
  })
})

describe('the scrubber is no oracle', () => {
  /** Guesses the key from the left, as a phone could that has a provider echo its guesses. */
  it('lets out the same amount at each step for every guess of the key’s next character', () => {
    const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_'
    for (let known = 0; known < KEY.length - 1; known += 1) {
      const seen = new Set<string>()
      for (const guess of alphabet) {
        const echo = `${KEY.slice(0, known)}${guess}`
        const chunks = [`{"echo":"${echo}`, `${echo}", "again": "${echo}"`, '}'].map((text) => Buffer.from(text))
        const { steps, leaked } = watch(scrubberOf(KEY), chunks)
        seen.add(JSON.stringify([leaked, steps.map((step) => step.length)]))
      }
      expect(seen.size).toBe(1)
    }
  })

  it('holds back the same for two different secrets, whatever the answer', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 }), { maxLength: 10 }), (texts) => {
        const chunks = texts.map((text) => Buffer.from(text))
        expect(watch(scrubberOf(KEY), chunks)).toEqual(
          watch(scrubberOf('another-secret-of-quite-another-length'), chunks),
        )
      }),
    )
  })

  it('does not react to the key with one character missing or wrong', () => {
    for (const part of [KEY.slice(1), KEY.slice(0, -1), `${KEY.slice(0, 10)}X${KEY.slice(11)}`]) {
      expect(watch(scrubberOf(KEY), [Buffer.from(`${part} ${part}`)]).leaked).toBe(false)
    }
  })
})
