import { beforeEach, describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { type ManualClock, manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { codeOf } from '../../test/code-of.js'
import { jwksOf, makeFirebaseKey } from '../../test/firebase-device.js'
import { type StandInGoogle, startStandInGoogle } from '../../test/stand-in-google.js'
import { createFirebaseKeys, type FindFirebaseKey } from './firebase-keys.js'

const HOUR_MS = 60 * 60_000
const COOLDOWN_MS = 30_000
const one = makeFirebaseKey('one')
const two = makeFirebaseKey('two')
const atEnd = closeAfterEach()

let clock: ManualClock
let google: StandInGoogle
let find: FindFirebaseKey
beforeEach(async () => {
  clock = manualClock()
  google = await startStandInGoogle(clock.wallMs)
  atEnd(google.close)
  google.jwks = jwksOf([one])
  find = createFirebaseKeys({ ask: google.client.ask, clock, log: memoryLog().log })
})

const finds = async (id: string): Promise<boolean> => (await find(id)) !== undefined
const goAway = (): void => google.instead('app-check', (_request, response) => response.writeHead(503).end())

describe('the keys of App Check', () => {
  it('are asked for once for six hours, and once for all that come at the same time', async () => {
    expect(await Promise.all([finds('one'), finds('one'), finds('one')])).toEqual([true, true, true])
    clock.advance(6 * HOUR_MS - 1_000)
    expect((await find('one'))?.equals(one.publicKey)).toBe(true)
    expect(google.asked).toHaveLength(1)
    clock.advance(2_000)
    await find('one')
    expect(google.asked).toHaveLength(2)
  })

  it('stop counting within six hours of their withdrawal', async () => {
    await find('one')
    google.jwks = jwksOf([two])
    clock.advance(6 * HOUR_MS + 1_000)
    expect(await finds('one')).toBe(false)
  })

  it('are asked for again for an unknown id, twice a minute at most', async () => {
    await find('one')
    clock.advance(COOLDOWN_MS)
    google.jwks = jwksOf([one, two])
    expect(await finds('two')).toBe(true)
    for (const id of ['three', 'four', 'five']) expect(await codeOf(find(id))).toBe('UNAVAILABLE')
    expect(google.asked).toHaveLength(2)
    clock.advance(COOLDOWN_MS)
    expect(await finds('three')).toBe(false)
    expect(google.asked).toHaveLength(3)
  })

  it('are UNAVAILABLE for an id that was not there just before, until Google may be asked again', async () => {
    await find('one')
    google.jwks = jwksOf([one, two])
    clock.advance(COOLDOWN_MS - 1_500)
    await expect(find('two')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      details: { retryAfterSeconds: 2 },
    })
    clock.advance(1_500)
    expect(await finds('two')).toBe(true)
  })

  it('are kept for a day while Google is away, and asked for twice a minute at most', async () => {
    await find('one')
    goAway()
    clock.advance(6 * HOUR_MS + 1_000)
    for (let times = 0; times < 3; times++) expect(await finds('one')).toBe(true)
    expect(google.asked).toHaveLength(2)
    clock.advance(18 * HOUR_MS)
    expect(await codeOf(find('one'))).toBe('UNAVAILABLE')
  })

  it('are UNAVAILABLE while Google has not answered yet, and known once it does', async () => {
    goAway()
    expect(await codeOf(find('one'))).toBe('UNAVAILABLE')
    expect(await codeOf(find('one'))).toBe('UNAVAILABLE')
    google.instead('app-check', undefined)
    clock.advance(COOLDOWN_MS + 1)
    expect(await finds('one')).toBe(true)
  })

  it('are UNAVAILABLE for an unknown id while Google is away, because it may be a new one', async () => {
    await find('one')
    goAway()
    clock.advance(COOLDOWN_MS + 1)
    expect(await codeOf(find('two'))).toBe('UNAVAILABLE')
    expect(await codeOf(find('two'))).toBe('UNAVAILABLE')
    expect(await finds('one')).toBe(true)
  })

  it.each([{}, { keys: 'none' }, { keys: [] }, { keys: [{ kty: 'oct', kid: 'one', k: 'AAAA' }] }])(
    'are UNAVAILABLE if Google answers %j',
    async (jwks) => {
      google.jwks = jwks
      expect(await codeOf(find('one'))).toBe('UNAVAILABLE')
    },
  )

  it('are UNAVAILABLE if they come with another status than 200', async () => {
    google.instead('app-check', (_request, response) => response.writeHead(500).end(JSON.stringify(jwksOf([one]))))
    expect(await codeOf(find('one'))).toBe('UNAVAILABLE')
  })

  it('are found beside keys of another kind or use', async () => {
    const { keys } = jwksOf([one, two])
    const others = [{ kty: 'EC', kid: 'ec' }, { kty: 'RSA', kid: 'broken', n: '', e: '' }, null]
    google.jwks = { keys: [...others, { ...keys[1], use: 'enc' }, keys[0]] }
    expect(await finds('one')).toBe(true)
    for (const id of ['two', 'broken', 'ec']) {
      clock.advance(COOLDOWN_MS)
      expect(await finds(id)).toBe(false)
    }
  })
})
