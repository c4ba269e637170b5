import { describe, expect, it } from '@jest/globals'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { identify } from './identify.js'
import { headerHoldsOurs, holdsOurs } from './our-tokens.js'

/** A fixed token, because the names of tests contain it. */
const APP = 'pma_app_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGTdMGKA'
const OTHER = newToken('app')
const SESSION = 'pma_ses_eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiJ4In0.c2ln'
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
const code = (expected: string) => expect.objectContaining({ code: expected })

describe('identify finds the credential', () => {
  it.each([
    ['Authorization', `Bearer ${APP}`, APP],
    ['authorization', `bearer ${SESSION}`, SESSION],
    ['Authorization', `Token ${APP}`, APP],
    ['Authorization', `DeepL-Auth-Key ${APP}`, APP],
    ['Authorization', APP, APP],
    ['Authorization', basic(`${APP}:`), APP],
    ['Authorization', basic(`user:${APP}`), APP],
    ['Authorization', basic(`${SESSION}:x`).replace('Basic', 'bAsIc '), SESSION],
    ['Proxy-Authorization', basic(`x:${APP}`), APP],
    ['x-api-key', APP, APP],
    ['X_API_KEY', APP, APP],
    ['x-goog-api-key', APP, APP],
    ['xi-api-key', SESSION, SESSION],
    ['anything', `a=b; key="${APP}"`, APP],
  ])('in the header field %s: %s, and removes that field', (name, value, token) => {
    const { credential, headers, query } = identify(['Accept', '*/*', name, value, 'X-Kept', '1'], null)
    expect(credential).toMatchObject({ token, kind: token === APP ? 'app-token' : 'session' })
    expect(headers).toEqual(['Accept', '*/*', 'X-Kept', '1'])
    expect(query).toBeNull()
  })

  it.each([
    [`key=${APP}`, null],
    [`key=${APP}&a=1`, 'a=1'],
    [`a=1&key=${APP}&b=%zz&c=+`, 'a=1&b=%zz&c=+'],
    [`a=%41&key=${APP.replaceAll('_', '%5F')}`, 'a=%41'],
    [`a=1;key=${APP};b=2`, 'a=1;b=2'],
    [`${APP}`, null],
  ])('in the query %s, and removes its pair from the query', (query, kept) => {
    const found = identify(['Accept', '*/*'], query)
    expect(found.credential.token).toBe(APP)
    expect(found.query).toBe(kept)
  })

  it('when the same credential is sent several times, and removes it from every place', () => {
    const { headers, query } = identify(['Authorization', `Bearer ${APP}`, 'x-api-key', APP], `key=${APP}&z`)
    expect(headers).toEqual([])
    expect(query).toBe('z')
  })

  it('and drops cookies and the fields named pma-…, of which it reads the app’s version', () => {
    const { headers, appVersion } = identify(
      [
        'Cookie',
        'a=b',
        'cookie',
        'c',
        'Cookie2',
        'd',
        'pma-attestation',
        'x',
        'PMA_Device',
        'y',
        'pma-app-version',
        '1.2.3',
        'x-api-key',
        APP,
      ],
      null,
    )
    expect(headers).toEqual([])
    expect(appVersion).toBe('1.2.3')
  })

  it.each(['x-pma-a', 'pma', 'pmaa-x', 'x-cookie', 'cookies', 'set-cookie2'])(
    'and keeps the field %s, which is neither a cookie nor one of ours',
    (name) => {
      expect(identify([name, 'x', 'x-api-key', APP], null).headers).toEqual([name, 'x'])
    },
  )

  it.each([
    ['1', '1'],
    ['~2.0-beta+build.7', '~2.0-beta+build.7'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(65), null],
    ['', null],
    ['1 2', null],
    ['1\t', null],
    [' 1', null],
    ['\xe9', null],
    [`1-${APP.slice(0, 60)}`, null],
    ['pma_dbg_abc', null],
  ])(
    'and reads the app version %j as %j: one that is no single word of at most 64 visible characters is null',
    (sent, appVersion) => {
      expect(identify(['PMA-App-Version', sent, 'x-api-key', APP], null)).toMatchObject({ appVersion, headers: [] })
    },
  )

  it('in a header, and leaves a query that contains no credential as it is, byte for byte', () => {
    for (const query of ['', '&&a', 'a=b&&c=%', 'a;b', '=', 'a=%2B+b']) {
      expect(identify(['x-api-key', APP], query).query).toBe(query)
    }
  })
})

describe('identify refuses', () => {
  it('a request that contains no credential of ours, with UNAUTHORIZED', () => {
    const message = 'no credential of ours in the request'
    expect(() => identify(['Authorization', 'Bearer sk-foreign'], 'key=AIza')).toThrow(
      expect.objectContaining({ code: 'UNAUTHORIZED', message }),
    )
  })

  it.each([
    [['Authorization', `Bearer ${APP}`, 'x-api-key', OTHER], null],
    [['Authorization', `Bearer ${APP}`], `key=${SESSION}`],
    [['Authorization', basic(`${APP}:${OTHER}`)], null],
  ])('a request that contains two different credentials, with INVALID_REQUEST (%#)', (headers, query) => {
    expect(() => identify(headers, query)).toThrow(
      expect.objectContaining({
        code: 'INVALID_REQUEST',
        message: 'two different credentials',
        say: 'The request contains two different credentials. Send only one app session or app token.',
      }),
    )
  })

  it.each([
    APP.slice(0, -1),
    `${APP.slice(0, -1)}${APP.endsWith('A') ? 'B' : 'A'}`,
    'pma_ses_',
    'pma_ses_a.b',
    'pma_dbg_x',
    'pma_pat_x',
  ])('a token that is cut, mistyped or of a kind other than app token and session, with INVALID_TOKEN: %s', (token) => {
    expect(() => identify(['x-api-key', token], null)).toThrow(code('INVALID_TOKEN'))
  })
})

describe('the search for our tokens in what is left of a request', () => {
  it('finds a token in clear, percent-encoded once or twice, and inside Basic', () => {
    expect(holdsOurs(`/v1/bot${APP}/send`)).toBe(true)
    expect(holdsOurs(encodeURIComponent(APP).replaceAll('_', '%5F'))).toBe(true)
    expect(holdsOurs(APP.replaceAll('_', '%255f'))).toBe(true)
    expect(headerHoldsOurs(basic(`a:${APP}`))).toBe(true)
    expect(headerHoldsOurs('Bearer sk-provider')).toBe(false)
    expect(holdsOurs('/v1/pma/apps')).toBe(false)
  })
})
