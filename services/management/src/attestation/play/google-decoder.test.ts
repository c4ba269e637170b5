import { beforeEach, describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { type ManualClock, manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { codeOf } from '../../test/code-of.js'
import { makeServiceAccount } from '../../test/service-account.js'
import { type StandInGoogle, startStandInGoogle, verdictKey } from '../../test/stand-in-google.js'
import { createAccessTokens } from './access-tokens.js'
import { createGoogleDecoder, type DecodePlayToken } from './google-decoder.js'

const PACKAGE = 'com.example.chat'
const account = makeServiceAccount()
const atEnd = closeAfterEach()

let clock: ManualClock
let google: StandInGoogle
let decode: DecodePlayToken
let logged: ReturnType<typeof memoryLog>
beforeEach(async () => {
  clock = manualClock()
  google = await startStandInGoogle(clock.wallMs)
  atEnd(google.close)
  google.accounts.push(account)
  logged = memoryLog()
  const { log } = logged
  const { ask } = google.client
  decode = createGoogleDecoder({ ask, accessTokens: createAccessTokens({ ask, clock, log }), log })
})

const tokenOf = (verdict: unknown, token = 'standard-token'): string => {
  google.verdicts.set(verdictKey(PACKAGE, token), verdict)
  return token
}
const askedFor = (place: string): number => google.asked.filter((one) => one.place === place).length
const answering =
  (status: number, body = '{}', headers: Record<string, string> = {}) =>
  (_request: unknown, response: import('node:http').ServerResponse) =>
    void response.writeHead(status, headers).end(body)

describe('a token that Google decodes', () => {
  it('yields the verdict that Google gives, unchecked', async () => {
    expect(await decode(tokenOf({ some: 'verdict' }), PACKAGE, account)).toEqual({ some: 'verdict' })
  })

  it('is sent once, under the app’s package, in the body and never in the address', async () => {
    await decode(tokenOf({}), PACKAGE, account)
    const sent = google.asked.filter(({ place }) => place === 'play-integrity')
    expect(sent.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
      [`/v1/${PACKAGE}:decodeIntegrityToken`, { integrityToken: 'standard-token' }],
    ])
  })

  it('is INVALID_ATTESTATION if Google does not take it, and if it is of another package', async () => {
    expect(await codeOf(decode('unknown-token', PACKAGE, account))).toBe('INVALID_ATTESTATION')
    expect(await codeOf(decode(tokenOf({}), 'com.example.other', account))).toBe('INVALID_ATTESTATION')
  })

  it.each(['', 'two words', 'a"b', 'é', 'a'.repeat(16 * 1_024 + 1)])(
    'is not sent if it cannot be one',
    async (token) => {
      expect(await codeOf(decode(token, PACKAGE, account))).toBe('INVALID_ATTESTATION')
      expect(google.asked).toEqual([])
    },
  )

  it.each([500, 502, 503, 429, 408, 302, 204])(
    'is UNAVAILABLE if Google answers %i, and is not sent again',
    async (status) => {
      google.instead('play-integrity', answering(status, status === 204 ? undefined : '{}', { location: '/elsewhere' }))
      expect(await codeOf(decode(tokenOf({}), PACKAGE, account))).toBe('UNAVAILABLE')
      expect(askedFor('play-integrity')).toBe(1)
    },
  )

  it.each(['', 'no JSON', '[]', '{}', '{"tokenPayloadExternal":null}', '{"tokenPayloadExternal":[]}'])(
    'is UNAVAILABLE if Google answers 200 and %j',
    async (body) => {
      google.instead('play-integrity', answering(200, body))
      expect(await codeOf(decode(tokenOf({}), PACKAGE, account))).toBe('UNAVAILABLE')
    },
  )

  it('is UNAVAILABLE if Google is away', async () => {
    await google.stop()
    expect(await codeOf(decode(tokenOf({}), PACKAGE, account))).toBe('UNAVAILABLE')
  })

  it.each([401, 403, 404])(
    'is UNAVAILABLE if Google refuses the account with %i, and its owner is told',
    async (status) => {
      google.instead('play-integrity', answering(status))
      await expect(decode(tokenOf({}), PACKAGE, account)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        say: expect.stringContaining('An owner or admin has to enable the Play Integrity API'),
      })
      expect(logged.lines()).toMatchObject([{ serviceAccount: account.clientEmail, packageName: PACKAGE, status }])
    },
  )
})

describe('an access token', () => {
  it('is bought once for many tokens, and once for all that come at the same time', async () => {
    const tokens = ['one', 'two', 'three'].map((token) => tokenOf({}, token))
    await Promise.all(tokens.map((token) => decode(token, PACKAGE, account)))
    await decode(tokenOf({}, 'four'), PACKAGE, account)
    expect([askedFor('oauth'), askedFor('play-integrity')]).toEqual([1, 4])
  })

  it('is bought anew a minute before its end, and not earlier', async () => {
    await decode(tokenOf({}, 'one'), PACKAGE, account)
    clock.advance((3_599 - 60) * 1_000 - 1)
    await decode(tokenOf({}, 'two'), PACKAGE, account)
    expect(askedFor('oauth')).toBe(1)
    clock.advance(2)
    await decode(tokenOf({}, 'three'), PACKAGE, account)
    expect(askedFor('oauth')).toBe(2)
  })

  it('is bought anew within an hour, however long Google says that it lasts', async () => {
    google.instead('oauth', answering(200, '{"access_token":"a","expires_in":86400,"token_type":"Bearer"}'))
    google.instead('play-integrity', answering(200, '{"tokenPayloadExternal":{}}'))
    await decode('one', PACKAGE, account)
    clock.advance((3_600 - 60) * 1_000 - 1)
    await decode('two', PACKAGE, account)
    expect(askedFor('oauth')).toBe(1)
    clock.advance(2)
    await decode('three', PACKAGE, account)
    expect(askedFor('oauth')).toBe(2)
  })

  it('is never used for a file with the same names and another key', async () => {
    await decode(tokenOf({}, 'one'), PACKAGE, account)
    const impostor = makeServiceAccount()
    expect(impostor.clientEmail).toBe(account.clientEmail)
    expect(await codeOf(decode(tokenOf({}, 'two'), PACKAGE, impostor))).toBe('UNAVAILABLE')
    expect(askedFor('play-integrity')).toBe(1)
  })

  it('is forgotten once Google does not accept it', async () => {
    google.instead('play-integrity', answering(401))
    await codeOf(decode(tokenOf({}, 'one'), PACKAGE, account))
    google.instead('play-integrity', undefined)
    expect(await decode(tokenOf({ some: 'verdict' }, 'two'), PACKAGE, account)).toEqual({ some: 'verdict' })
    expect(askedFor('oauth')).toBe(2)
  })

  it.each([400, 401, 403])(
    'that Google refuses with %i is UNAVAILABLE, and the app’s owner is told',
    async (status) => {
      google.instead('oauth', answering(status, '{"error":"invalid_grant"}'))
      await expect(decode(tokenOf({}), PACKAGE, account)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        say: expect.stringContaining('has to enter a new key'),
      })
      expect(logged.lines()).toMatchObject([{ serviceAccount: account.clientEmail, status }])
      expect(askedFor('play-integrity')).toBe(0)
    },
  )

  it('that Google refuses is not asked for again for ten seconds, and every proof is told the same', async () => {
    google.instead('oauth', answering(400, '{"error":"invalid_grant"}'))
    const refused = async () =>
      expect(decode(tokenOf({}), PACKAGE, account)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        say: expect.stringContaining('has to enter a new key'),
        details: { retryAfterSeconds: 10 },
      })
    await refused()
    clock.advance(9_999)
    await refused()
    expect([askedFor('oauth'), logged.lines().length]).toEqual([1, 1])
    google.instead('oauth', undefined)
    clock.advance(2)
    expect(await decode(tokenOf({ some: 'verdict' }), PACKAGE, account)).toEqual({ some: 'verdict' })
  })

  it('is bought for another key of an account whose former key Google refuses', async () => {
    expect(await codeOf(decode(tokenOf({}), PACKAGE, makeServiceAccount()))).toBe('UNAVAILABLE')
    expect(await decode(tokenOf({ some: 'verdict' }), PACKAGE, account)).toEqual({ some: 'verdict' })
  })

  it.each([
    [500, '{}'],
    [429, '{}'],
    [200, 'no JSON'],
    [200, '{"access_token":"a b","expires_in":3599,"token_type":"Bearer"}'],
    [200, '{"access_token":"a","expires_in":3599,"token_type":"mac"}'],
    [200, '{"access_token":"a","token_type":"Bearer"}'],
  ])('is UNAVAILABLE if Google answers %i and %j, and the next one asks again', async (status, body) => {
    google.instead('oauth', answering(status, body))
    expect(await codeOf(decode(tokenOf({}, 'one'), PACKAGE, account))).toBe('UNAVAILABLE')
    expect(askedFor('play-integrity')).toBe(0)
    google.instead('oauth', undefined)
    expect(await decode(tokenOf({}, 'one'), PACKAGE, account)).toEqual({})
  })

  it('is in no log and no refusal', async () => {
    await decode(tokenOf({}, 'one'), PACKAGE, account)
    google.instead('play-integrity', answering(403))
    const refusal = await decode(tokenOf({}, 'secret-token'), PACKAGE, account).catch((err: unknown) => err)
    const said = `${logged.text()} ${String(refusal)} ${JSON.stringify(refusal)}`
    for (const secret of ['ya29.', 'secret-token', 'PRIVATE KEY']) expect(said).not.toContain(secret)
  })
})
