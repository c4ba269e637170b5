import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { until } from '@protectmyapi/dev-kit/until'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { startNameServer } from '../test/name-server.js'
import { createResolveName } from './resolve-name.js'

const V4 = '8.8.8.8'
const V6 = '2606:4700:0:0:0:0:0:1111'

const atEnd = closeAfterEach()

async function resolving(answer: Parameters<typeof startNameServer>[0]) {
  const server = await startNameServer(answer)
  atEnd(() => server.close())
  return { ...server, resolve: createResolveName({ clock: systemClock, servers: [server.server] }) }
}

describe('a provider’s name', () => {
  it('is resolved while look-ups of a hundred other names remain unanswered', async () => {
    const { resolve, asked } = await resolving((name) => (name.startsWith('silent') ? 'silence' : [V4]))
    let ended = 0
    const silent = Array.from({ length: 100 }, (_, index) =>
      resolve(`silent-${index}.example.com.`).catch(() => {
        ended += 1
      }),
    )
    await until(() => asked.length >= 200 || undefined)
    expect(await resolve('api.example.com.')).toContainEqual({ address: V4, family: 4 })
    expect(ended).toBe(0)
    void silent
  })

  it('resolves to its addresses of both families, IPv4 and IPv6', async () => {
    const { resolve } = await resolving((_name, family) => (family === 4 ? [V4] : [V6]))
    expect(await resolve('api.example.com.')).toEqual([
      { address: V4, family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ])
  })

  it.each(['unknown', 'silence'] as const)(
    'resolves to the addresses of one family if the question for the other meets %s',
    async (what) => {
      for (const mute of [4, 6] as const) {
        const { resolve } = await resolving((_name, family) => (family === mute ? what : family === 4 ? [V4] : [V6]))
        expect((await resolve('api.example.com.')).map(({ family }) => family)).toEqual([mute === 4 ? 6 : 4])
      }
    },
  )

  it('that does not exist fails with ENOTFOUND', async () => {
    const { resolve } = await resolving(() => 'unknown')
    await expect(resolve('api.example.com.')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  it('is asked for as it stands, and never completed by a search domain', async () => {
    const { resolve, asked } = await resolving(() => [V4])
    await resolve('api.example.com.')
    expect([...asked].sort()).toEqual(['api.example.com 4', 'api.example.com 6'])
  })

  it('without a final dot is resolved by the hosts file, and no name server is asked', async () => {
    const { resolve, asked } = await resolving(() => 'unknown')
    expect(await resolve('localhost')).toContainEqual({ address: '127.0.0.1', family: 4 })
    expect(asked).toEqual([])
  })
})
