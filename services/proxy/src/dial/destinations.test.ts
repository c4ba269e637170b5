import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { hostileUrls } from '@protectmyapi/service-kit/test/hostile-urls'
import { heldSecret, routeTo } from '../test/fake-data-plane.js'
import { startNameServer } from '../test/name-server.js'
import { KEY, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { createResolveName } from './resolve-name.js'

/** Management saves none of these. Even if one were in a route, with a secret bound to it, nothing may go there. */
const urls = hostileUrls().filter((url) => URL.canParse(url) && /^https?:/.test(new URL(url).protocol))

let proxy: ProxyUnderTest
const asked: string[] = []
let opened = 0
let answer: string[] = []
beforeAll(async () => {
  proxy = await startProxy(1, {
    exempt: [],
    dialling: {
      resolveName: async (name) => {
        asked.push(name)
        return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
      },
      openSocket: () => {
        opened += 1
        throw new Error('nothing is to be connected to')
      },
    },
  })
})
afterAll(() => proxy.close())

async function forwardTo(url: string): Promise<unknown> {
  const { origin } = new URL(url)
  proxy.plane.routeOf.set('up', routeTo(origin))
  const bindings = { origins: [origin], placements: [{ kind: 'header', name: 'authorization' }] } as const
  proxy.plane.secrets.set('sec_1', heldSecret('sec_1', KEY, bindings))
  const before = proxy.plane.recorded.length
  const { status, body } = await proxy.send('GET', '/v1/p/up/x')
  return { status, code: JSON.parse(body).code, ends: proxy.plane.recorded.slice(before).map(({ ends }) => ends) }
}

const REFUSED = { status: 403, code: 'DESTINATION_NOT_ALLOWED', ends: [[{ voided: 'DESTINATION_NOT_ALLOWED' }]] }

describe('a route', () => {
  it(`to any of ${urls.length} hostile destinations is refused with 403 and voided, before any look-up`, async () => {
    expect(urls.length).toBeGreaterThan(400)
    for (const url of urls) expect([url, await forwardTo(url)]).toEqual([url, REFUSED])
    expect([asked, opened]).toEqual([[], 0])
  }, 30_000)

  it.each([[['127.0.0.1']], [['8.8.8.8', '10.0.0.1']], [['64:ff9b::7f00:1']], [['169.254.169.254']]])(
    'whose name resolves to %j is refused with 403 after one look-up, without a connection',
    async (addresses) => {
      answer = addresses
      asked.length = 0
      expect(await forwardTo('https://api.example.com/v1')).toEqual(REFUSED)
      expect([asked, opened]).toEqual([['api.example.com.'], 0])
    },
  )

  it.each([
    ['inside.example.net', '10.0.0.1', '8.8.8.8'],
    ['metadata.google.internal', '169.254.169.254', '169.254.169.254'],
    ['localhost', '127.0.0.1', '127.0.0.1'],
  ])(
    'whose name is an alias of %s, which has a forbidden address, is refused with 403 without a connection',
    async (alias, first, second) => {
      // As a name server reports it: in one answer, with the alias's addresses.
      const server = await startNameServer((_name, family) =>
        family === 6 ? 'unknown' : { alias, addresses: [first, second] },
      )
      const resolve = createResolveName({ clock: systemClock, servers: [server.server] })
      answer = (await resolve('api.example.com.')).map(({ address }) => address)
      await server.close()
      expect(answer).toEqual([first, second])
      expect(await forwardTo('https://api.example.com/v1')).toEqual(REFUSED)
      expect([server.asked.every((question) => question.startsWith('api.example.com ')), opened]).toEqual([true, 0])
    },
  )
})
