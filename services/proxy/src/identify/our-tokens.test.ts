import { describe, expect, it } from '@jest/globals'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { parseCredential } from './credential.js'
import { headerHoldsOurs, holdsOurs, tokensInHeader } from './our-tokens.js'

const TOKEN = 'pma_app_abc'
const basic = (text: string): string => Buffer.from(text).toString('base64')
/** Percent-encoded this many times. */
const deep = (times: number): string => `pma%${'25'.repeat(times - 1)}5Fapp_abc`

describe('a token of ours in a header', () => {
  it.each([
    `Basic ${basic(`${TOKEN}:`)}`,
    `basic ${basic(`user:${TOKEN}`)}`,
    `BASIC  ${basic(`${TOKEN}:x`)} `,
    ` \tBasic ${basic(`${TOKEN}:x`)}`,
    `\u00a0Basic ${basic(`${TOKEN}:x`)}`,
  ])('is found inside the Basic credentials of %j', (value) => {
    expect(tokensInHeader(value)).toEqual([TOKEN])
    expect(headerHoldsOurs(value)).toBe(true)
  })

  it.each([
    `xBasic ${basic(`${TOKEN}:`)}`,
    `Basic ${basic(`${TOKEN}:`)} x`,
    `Basic${basic(`${TOKEN}:`)}`,
    `Bearer ${basic(`${TOKEN}:`)}`,
    `Beware Basic ${basic(`${TOKEN}:`)}`,
    'Basic',
    '',
  ])('is not found in %j, which is not a valid Basic field', (value) => {
    expect(tokensInHeader(value)).toEqual([])
    expect(headerHoldsOurs(value)).toBe(false)
  })

  it('is found in clear and percent-encoded, in Basic credentials and in other fields', () => {
    expect(headerHoldsOurs(`Bearer ${TOKEN}`)).toBe(true)
    expect(headerHoldsOurs(`x=${deep(1)}`)).toBe(true)
    expect(headerHoldsOurs(`Basic ${basic(`x:${deep(1)}`)}`)).toBe(true)
  })

  it('is found under up to three rounds of percent-encoding, and not under four', () => {
    expect([1, 2, 3, 4].map((times) => holdsOurs(deep(times)))).toEqual([true, true, true, false])
    expect([holdsOurs('sk-x'), holdsOurs('%')]).toEqual([false, false])
  })
})

describe('a token of ours in base64', () => {
  /** Exactly so long that its base64 has the 48 characters that are required. */
  const SHORTEST = 'pma_app_'.padEnd(36, 'x')
  const word = (text: string): string => basic(text).replaceAll('=', '')

  it.each(['', 'a', 'ab', 'abc'])(
    'is found when it is encoded together with %j before it, in base64 and in base64url',
    (before) => {
      expect(holdsOurs(word(`${before}${SHORTEST}`))).toBe(true)
      expect(holdsOurs(Buffer.from(`${before}${SHORTEST}\xff?\xff`, 'latin1').toString('base64url'))).toBe(true)
    },
  )

  it.each(['', 'A', 'AA', 'AAA'])('is found when its base64 begins in the middle of a word, after %j', (before) => {
    expect(holdsOurs(before + word(SHORTEST))).toBe(true)
  })

  it('is found in one of several words, and when its base64 is percent-encoded twice', () => {
    const other = word('no token of ours, but as long as one of them')
    expect(holdsOurs(`${other} ${word(SHORTEST)} ${other}`)).toBe(true)
    expect(holdsOurs(word(SHORTEST).replace('c', '%2563'))).toBe(true)
  })

  it.each([
    ['is shorter than any token', word(SHORTEST.slice(0, -1))],
    ['is in pieces', `${word(SHORTEST).slice(0, 20)} ${word(SHORTEST).slice(20)}`],
    ['has the mark and no kind', word('pma_xyz_'.padEnd(36, 'x'))],
    ['has no mark', word(SHORTEST.replace('_', '-'))],
  ])('is not found in base64 text that %s', (_what, text) => {
    expect(holdsOurs(text)).toBe(false)
  })
})

describe('a credential', () => {
  const jws = 'pma_ses_aa.bb.cc'

  it('is parsed as an app token or as a session, with a hash that differs from token to token', () => {
    const token = newToken('app')
    expect(parseCredential(token)).toEqual({ kind: 'app-token', token, hash: expect.stringMatching(/^[\w-]{43}$/) })
    expect(parseCredential(jws)).toMatchObject({ kind: 'session', token: jws })
    expect(parseCredential(jws).hash).not.toBe(parseCredential(`${jws}d`).hash)
  })

  it.each([
    'pma_ses_aa.bb',
    'pma_ses_.bb.cc',
    'pma_ses_.aa.bb.cc',
    'pma_ses_aa.bb.cc.',
    'pma_app_x',
    'pma_pat_x',
    'aa.bb.cc',
  ])('is refused with INVALID_TOKEN when it is %s', (token) => {
    const message = 'a token of ours that is cut, mistyped or of another kind'
    expect(() => parseCredential(token)).toThrow(expect.objectContaining({ code: 'INVALID_TOKEN', message }))
  })

  it('is refused with INVALID_TOKEN when it is a debug token, and the answer names the endpoint that takes one', () => {
    expect(() => parseCredential('pma_dbg_x')).toThrow(
      expect.objectContaining({
        code: 'INVALID_TOKEN',
        message: 'a debug token where a credential belongs',
        details: { say: expect.stringContaining('POST /v1/attest/debug') },
      }),
    )
  })
})
