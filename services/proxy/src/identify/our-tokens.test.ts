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
  ])('is found in %j', (value) => {
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
  ])('is not found in %j, which is no Basic', (value) => {
    expect(tokensInHeader(value)).toEqual([])
    expect(headerHoldsOurs(value)).toBe(false)
  })

  it('is found in clear, and encoded, also where it is no Basic', () => {
    expect(headerHoldsOurs(`Bearer ${TOKEN}`)).toBe(true)
    expect(headerHoldsOurs(`x=${deep(1)}`)).toBe(true)
    expect(headerHoldsOurs(`Basic ${basic(`x:${deep(1)}`)}`)).toBe(true)
  })

  it('is looked for through three encodings, and no more', () => {
    expect([1, 2, 3, 4].map((times) => holdsOurs(deep(times)))).toEqual([true, true, true, false])
    expect([holdsOurs('sk-x'), holdsOurs('%')]).toEqual([false, false])
  })
})

describe('a token of ours in base64', () => {
  /** Exactly so long that its base64 has the 48 characters that are required. */
  const SHORTEST = 'pma_app_'.padEnd(36, 'x')
  const word = (text: string): string => basic(text).replaceAll('=', '')

  it.each(['', 'a', 'ab', 'abc'])('is found behind %j, in either alphabet', (before) => {
    expect(holdsOurs(word(`${before}${SHORTEST}`))).toBe(true)
    expect(holdsOurs(Buffer.from(`${before}${SHORTEST}\xff?\xff`, 'latin1').toString('base64url'))).toBe(true)
  })

  it.each(['', 'A', 'AA', 'AAA'])('is found where it begins in the midst of a word, behind %j', (before) => {
    expect(holdsOurs(before + word(SHORTEST))).toBe(true)
  })

  it('is found in one of several words, and under escapes', () => {
    const other = word('no token of ours, but as long as one of them')
    expect(holdsOurs(`${other} ${word(SHORTEST)} ${other}`)).toBe(true)
    expect(holdsOurs(word(SHORTEST).replace('c', '%2563'))).toBe(true)
  })

  it.each([
    ['is shorter than any token', word(SHORTEST.slice(0, -1))],
    ['is in pieces', `${word(SHORTEST).slice(0, 20)} ${word(SHORTEST).slice(20)}`],
    ['has the mark and no kind', word('pma_xyz_'.padEnd(36, 'x'))],
    ['has no mark', word(SHORTEST.replace('_', '-'))],
  ])('is not seen in what %s', (_what, text) => {
    expect(holdsOurs(text)).toBe(false)
  })
})

describe('a credential', () => {
  const jws = 'pma_ses_aa.bb.cc'

  it('is an app token or a session, and is named by its hash', () => {
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
  ])('is not %s', (token) => {
    const message = 'a token of ours that is cut, mistyped or of another kind'
    expect(() => parseCredential(token)).toThrow(expect.objectContaining({ code: 'INVALID_TOKEN', message }))
  })

  it('is not a debug token, and the caller is told what to do with that', () => {
    expect(() => parseCredential('pma_dbg_x')).toThrow(
      expect.objectContaining({
        code: 'INVALID_TOKEN',
        message: 'a debug token where a credential belongs',
        details: { say: expect.stringContaining('POST /v1/attest/debug') },
      }),
    )
  })
})
