import { describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { asFault } from '@protectmyapi/service-kit/faults'
import { limitAttest } from './limit-attest.js'

const SESSION = { token: 'pma_ses_a.b.c', expiresAtMs: 1, deviceId: 'dvc_1' }

const WAYS = ['challenge', 'debugToken', 'appleRegistration', 'appleAssertion', 'playIntegrity', 'appCheck'] as const
type Way = (typeof WAYS)[number]

/** Those that keep each other waiting, and no others. */
const LANES: readonly (readonly Way[])[] = [
  ['debugToken'],
  ['challenge', 'appleRegistration', 'appleAssertion'],
  ['playIntegrity', 'appCheck'],
]

/** Exchanges with a management that answers at once, or only when told to. */
function limited({ hangs = false }: { hangs?: boolean } = {}) {
  const clock = manualClock()
  const answers: (() => void)[] = []
  let asked = 0
  const answer =
    <Answer>(given: Answer) =>
    (): Promise<Answer> => {
      asked += 1
      if (!hangs) return Promise.resolve(given)
      return new Promise((resolve) => void answers.push(() => resolve(given)))
    }
  const attest = limitAttest(
    {
      challenge: answer({ challenge: 'c', expiresAtMs: 1 }),
      exchangeDebugToken: answer(SESSION),
      exchange: answer(SESSION),
    },
    clock,
  )
  const calls = {
    challenge: (address) => attest.challenge('pma_app_x', address),
    debugToken: (address) => attest.exchangeDebugToken('pma_dbg_x', address),
    appleRegistration: (address) => attest.exchange({ appleRegistration: { challenge: 'c' } }, address),
    appleAssertion: (address) => attest.exchange({ appleAssertion: { challenge: 'c' } }, address),
    playIntegrity: (address) => attest.exchange({ playIntegrity: { challenge: 'c' } }, address),
    appCheck: (address) => attest.exchange({ appCheck: { appToken: 'pma_app_x' } }, address),
  } satisfies Record<string, (address: string) => Promise<unknown>>
  const ask = (address: string, way: Way = 'debugToken'): Promise<string> =>
    calls[way](address).then(
      () => 'answered',
      (err: unknown) => asFault(err).code,
    )
  return {
    clock,
    ask,
    attest,
    /** This many at once, and the outcome of each. */
    flood: (count: number, addressOf: (nth: number) => string, way?: Way) =>
      Promise.all(Array.from({ length: count }, (_, nth) => ask(addressOf(nth), way))),
    answerAll(): void {
      for (const one of answers.splice(0)) one()
    },
    asked: () => asked,
  }
}

const of = (outcomes: readonly string[], outcome: string): number => outcomes.filter((one) => one === outcome).length

describe('exchanges of one address', () => {
  it('pass 60 at once, then two a second; an IPv6 /64 is one address, and others are not affected', async () => {
    const { clock, ask, attest, flood, asked } = limited()
    const outcomes = await flood(1_000, (nth) => `2001:db8:0:1::${nth.toString(16)}`)
    expect([of(outcomes, 'answered'), of(outcomes, 'RATE_LIMITED'), asked()]).toEqual([60, 940, 60])
    await expect(attest.exchangeDebugToken('pma_dbg_x', '2001:db8:0:1::1')).rejects.toMatchObject({
      details: { retryAfterSeconds: 0.5 },
    })
    expect(await ask('2001:db8:0:2::1')).toBe('answered')
    clock.advance(500)
    expect([await ask('2001:db8:0:1::1'), await ask('2001:db8:0:1::2')]).toEqual(['answered', 'RATE_LIMITED'])
  })
})

describe('challenges and proofs of one address', () => {
  it('pass 300 at once, counted together and apart from debug tokens, then twenty a second', async () => {
    const { clock, ask, attest } = limited()
    for (let nth = 0; nth < 150; nth += 1) {
      await attest.challenge('pma_app_x', '192.0.2.1')
      await attest.exchange({}, '192.0.2.1')
    }
    await expect(attest.exchange({}, '192.0.2.1')).rejects.toMatchObject({ details: { retryAfterSeconds: 0.05 } })
    await expect(attest.challenge('pma_app_x', '192.0.2.1')).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(await ask('192.0.2.1')).toBe('answered')
    clock.advance(50)
    expect(await attest.challenge('pma_app_x', '192.0.2.1')).toMatchObject({ challenge: 'c' })
  })
})

describe('calls under way', () => {
  it('are in a lane at most 60 of one address and 256 of all: one more is refused with UNAVAILABLE', async () => {
    const { clock, ask, flood, answerAll, asked } = limited({ hangs: true })
    const first = flood(60, () => '192.0.2.1')
    clock.advance(60_000)
    expect(await ask('192.0.2.1')).toBe('UNAVAILABLE')
    const others = flood(196, (nth) => `198.51.100.${nth}`)
    expect([await ask('203.0.113.1'), asked()]).toEqual(['UNAVAILABLE', 256])
    answerAll()
    expect([of(await first, 'answered'), of(await others, 'answered')]).toEqual([60, 196])
    const last = ask('203.0.113.1')
    answerAll()
    expect(await last).toBe('answered')
  })
  it.each(LANES.flatMap((lane) => lane.map((way) => [way, lane] as const)))(
    'of %s leave the lanes of the others free, when none of them is answered',
    async (way, lane) => {
      const { ask, flood, asked, answerAll } = limited({ hangs: true })
      const hanging = flood(256, (nth) => `198.51.100.${nth}`, way)
      const others = WAYS.map((other) => ask('203.0.113.1', other))
      expect(asked()).toBe(256 + WAYS.length - lane.length)
      answerAll()
      expect(await Promise.all(others)).toEqual(WAYS.map((one) => (lane.includes(one) ? 'UNAVAILABLE' : 'answered')))
      expect(of(await hanging, 'answered')).toBe(256)
    },
  )
})
