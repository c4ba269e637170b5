import { beforeEach, describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { until } from '@protectmyapi/dev-kit/until'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { codeOf } from '../../test/code-of.js'
import { makeServiceAccount } from '../../test/service-account.js'
import { type StandInGoogle, startStandInGoogle, verdictKey } from '../../test/stand-in-google.js'
import { NO_ATTESTATION } from '../attestation-settings.js'
import { createAccessTokens } from './access-tokens.js'
import { createAppShares } from './app-shares.js'
import { createGoogleDecoder } from './google-decoder.js'
import { createReadPlayToken } from './read-play-token.js'

const SLOW = 'com.example.slow'
const INNOCENT = 'com.example.innocent'
const account = makeServiceAccount()
const atEnd = closeAfterEach()
const { log } = memoryLog()

let google: StandInGoogle
beforeEach(async () => {
  google = await startStandInGoogle(Date.now)
  atEnd(google.close)
  google.accounts.push(account)
})

describe('the proofs of one app', () => {
  it('do not hold up those of another organization, even if 120 of them hang at Google', async () => {
    const { ask } = google.client
    const read = createReadPlayToken({
      credentials: { lease: async () => ({ kind: 'service-account', ...account }) },
      decode: createGoogleDecoder({ ask, accessTokens: createAccessTokens({ ask, clock: systemClock, log }), log }),
      shares: createAppShares({ underWayMax: 4, waitingMax: 60, waitMsMax: 60_000 }),
      log,
    })
    const readFor = (packageName: string, token: string) => {
      const app = { id: packageName, organizationId: packageName, generation: 1, attestation: NO_ATTESTATION }
      return read(app, packageName, token)
    }
    const usual = (packageName: string) => {
      google.verdicts.set(verdictKey(packageName, 'token'), { of: packageName })
      return readFor(packageName, 'token')
    }
    await usual(SLOW)
    const hanging: (() => void)[] = []
    google.instead('play-integrity', (request, response) => {
      if (request.url?.includes(SLOW)) hanging.push(() => void response.writeHead(400).end())
      else response.writeHead(200).end('{"tokenPayloadExternal":{"of":"innocent"}}')
    })
    const codes = Array.from({ length: 120 }, () => codeOf(readFor(SLOW, 'junk')))
    await until(async () => (hanging.length === 4 ? true : undefined))
    expect(await readFor(INNOCENT, 'token')).toEqual({ of: 'innocent' })
    expect(hanging).toHaveLength(4)
    let answered = 0
    while (answered < 64) {
      for (const answer of hanging.splice(0)) {
        answer()
        answered += 1
      }
      await until(async () => (hanging.length > 0 || answered === 64 ? true : undefined))
    }
    const ended = await Promise.all(codes)
    expect(ended.filter((code) => code === 'INVALID_ATTESTATION')).toHaveLength(64)
    expect(ended.filter((code) => code === 'UNAVAILABLE')).toHaveLength(56)
  })
})

describe('the share of an app', () => {
  it('refuses with UNAVAILABLE what has waited for too long, does not begin it, and passes it over', async () => {
    const shares = createAppShares({ underWayMax: 1, waitingMax: 1, waitMsMax: 1 })
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const first = shares('app', () => held)
    let begun = false
    const waiting = shares('app', async () => {
      begun = true
    })
    expect(await codeOf(waiting)).toBe('UNAVAILABLE')
    release()
    await first
    expect(await shares('app', async () => 'three')).toBe('three')
    expect(begun).toBe(false)
  })

  it('is given back by work that ends or fails, to the one that has waited longest', async () => {
    const shares = createAppShares({ underWayMax: 1, waitingMax: 2, waitMsMax: 60_000 })
    const order: string[] = []
    const work = (name: string) => () => {
      order.push(name)
      return Promise.reject(new Error(name))
    }
    const all = ['one', 'two', 'three'].map((name) => shares('app', work(name)))
    expect(await codeOf(shares('app', work('four')))).toBe('UNAVAILABLE')
    await Promise.allSettled(all)
    expect(order).toEqual(['one', 'two', 'three'])
    expect(await shares('app', async () => 'five')).toBe('five')
  })
})
