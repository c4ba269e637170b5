import type { AddressInfo } from 'node:net'
import { connect, createServer as createTcpServer, type Server, Socket } from 'node:net'
import { describe, expect, it, jest } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { until } from '@protectmyapi/dev-kit/until'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { carriersOfV4 } from '@protectmyapi/service-kit/test/hostile-urls'
import { edgesV4, edgesV6, SPECIAL_RANGES_V4, SPECIAL_RANGES_V6 } from '@protectmyapi/service-kit/test/special-ranges'
import { createDialler, type OpenSocket } from './dialler.js'
import type { ResolvedAddress } from './resolve-name.js'

const NOT_ALLOWED = expect.objectContaining({ code: 'DESTINATION_NOT_ALLOWED' })
const UNREACHABLE = expect.objectContaining({ code: 'UPSTREAM_UNREACHABLE' })

const atEnd = closeAfterEach()

async function listen(server: Server): Promise<number> {
  atEnd(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A server that counts its connections. */
async function counting(): Promise<{ port: number; connections: () => number }> {
  let connections = 0
  const port = await listen(
    createTcpServer((socket) => {
      connections += 1
      socket.on('error', () => {})
    }),
  )
  return { port, connections: () => connections }
}

const at =
  (...addresses: string[]) =>
  (): Promise<ResolvedAddress[]> =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })))

describe('the dialler', () => {
  it.each([
    'https://127.0.0.1',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:7f00:1]',
    'https://10.0.0.1',
    'https://169.254.169.254',
    'https://100.64.0.1',
    'https://224.0.0.1',
    'https://0.0.0.0',
    'https://[fd00::1]',
    'https://[fe80::1]',
    'https://[64:ff9b::7f00:1]',
    'https://localhost',
    'https://vault.default.svc.cluster.local',
    'https://metadata.google.internal',
    'https://intranet',
    'http://api.example.com',
    // The URL parser reads all of these as 127.0.0.1.
    'https://2130706433',
    'https://0x7f.1',
    'https://0177.0.0.1',
    'https://127.1',
  ])('refuses %s with DESTINATION_NOT_ALLOWED before any look-up', async (origin) => {
    let asked = 0
    const dial = createDialler({
      exempt: privateUpstreams([]),
      resolveName: () => {
        asked += 1
        return Promise.resolve([])
      },
    })
    await expect(dial(new URL(origin))).rejects.toEqual(NOT_ALLOWED)
    expect(asked).toBe(0)
  })

  it.each([
    ['127.0.0.1'],
    ['10.0.0.8'],
    ['::ffff:127.0.0.1'],
    ['fd00::1'],
    ['169.254.169.254'],
    ['8.8.8.8', '127.0.0.1'],
  ])(
    'refuses a public name with a forbidden address, without connecting; its first address is %s',
    async (...addresses) => {
      const { port, connections } = await counting()
      const dial = createDialler({ exempt: privateUpstreams([]), resolveName: at(...addresses) })
      await expect(dial(new URL(`https://api.example.com:${port}`))).rejects.toEqual(NOT_ALLOWED)
      expect(connections()).toBe(0)
    },
  )

  it('resolves a name once, and connects to the address that it checked', async () => {
    const { port } = await counting()
    let asked = 0
    const dial = createDialler({
      exempt: privateUpstreams([`provider.example:${port}`]),
      resolveName: () => {
        asked += 1
        return at(asked === 1 ? '127.0.0.1' : '169.254.169.254')()
      },
    })
    const socket = await dial(new URL(`http://provider.example:${port}`))
    expect(socket.remoteAddress).toBe('127.0.0.1')
    expect(asked).toBe(1)
    socket.destroy()
  })

  it('connects to an exempt host on its exempt port, and refuses another port and another name of it', async () => {
    const { port } = await counting()
    const dial = createDialler({ exempt: privateUpstreams([`127.0.0.1:${port}`]) })
    const socket = await dial(new URL(`http://127.0.0.1:${port}`))
    socket.destroy()
    await expect(dial(new URL(`http://127.0.0.1:${port + 1}`))).rejects.toEqual(NOT_ALLOWED)
    await expect(dial(new URL(`http://localhost:${port}`))).rejects.toEqual(NOT_ALLOWED)
  })

  it('refuses the address of a metadata service, even if its host is exempt', async () => {
    expect(privateUpstreams(['169.254.169.254']).size).toBe(0)
    const dial = createDialler({
      exempt: privateUpstreams(['imds.example', '[::ffff:a9fe:a9fe]']),
      resolveName: at('169.254.169.254'),
    })
    await expect(dial(new URL('http://imds.example'))).rejects.toEqual(NOT_ALLOWED)
    await expect(dial(new URL('http://[::ffff:169.254.169.254]'))).rejects.toEqual(NOT_ALLOWED)
  })

  it('reports a name that does not resolve, or a closed port, as UPSTREAM_UNREACHABLE and not as refused', async () => {
    const dial = createDialler({
      exempt: privateUpstreams(['nowhere.example', '127.0.0.1']),
      resolveName: () => Promise.reject(new Error('ENOTFOUND')),
    })
    await expect(dial(new URL('http://nowhere.example'))).rejects.toEqual(UNREACHABLE)
    const server = createTcpServer()
    const port = await listen(server)
    await new Promise((resolve) => server.close(resolve))
    await expect(dial(new URL(`http://127.0.0.1:${port}`))).rejects.toEqual(UNREACHABLE)
  })

  it('checks the address of the connected socket, and closes a forbidden one before a byte of TLS', async () => {
    const seen: Buffer[] = []
    let open = 0
    const port = await listen(
      createTcpServer((socket) => {
        open += 1
        socket.on('error', () => {})
        socket.on('data', (bytes) => seen.push(bytes))
        socket.on('close', () => {
          open -= 1
        })
      }),
    )
    let connected = false
    const dial = createDialler({
      exempt: privateUpstreams([]),
      resolveName: at('8.8.8.8'),
      // Stands for a machine that routes packets for a public address to itself.
      openSocket: () =>
        connect(port, '127.0.0.1').once('connect', () => {
          connected = true
        }),
    })
    await expect(dial(new URL('https://api.example.com'))).rejects.toEqual(NOT_ALLOWED)
    expect(connected).toBe(true)
    await until(() => open === 0 || undefined)
    expect(seen).toEqual([])
  })
})

/** Notes which addresses would have been connected to, and connects to none. */
function recording(): { tried: string[]; openSocket: OpenSocket } {
  const tried: string[] = []
  return {
    tried,
    openSocket(options) {
      options.lookup?.(options.host ?? '', { all: true }, (_err, addresses) => {
        for (const { address } of [addresses].flat() as ResolvedAddress[]) tried.push(address)
      })
      const socket = new Socket()
      process.nextTick(() => socket.destroy(new Error('goes nowhere')))
      return socket
    },
  }
}

const SPECIAL = [
  ...SPECIAL_RANGES_V4.map(([range]) => edgesV4(range)),
  ...SPECIAL_RANGES_V6.map(([range]) => edgesV6(range)),
].flatMap(({ first, last }) => [first, last])

describe('a name', () => {
  const name = new URL('https://api.example.com')

  it.each([...new Set(SPECIAL), ...carriersOfV4('127.0.0.1'), 'fe80::1%eth0', '', 'localhost', '8.8.8.8 '])(
    'that resolves to %j is refused and not dialled, whether alone or first or last among public addresses',
    async (address) => {
      for (const answer of [[address], [address, '8.8.8.8'], ['8.8.8.8', '2606:4700::1111', address]]) {
        const { tried, openSocket } = recording()
        const dial = createDialler({ exempt: privateUpstreams([]), resolveName: at(...answer), openSocket })
        await expect(dial(name)).rejects.toEqual(NOT_ALLOWED)
        expect(tried).toEqual([])
      }
    },
  )

  it('that resolves differently each time (TTL 0) is dialled at the address that was checked, or refused', async () => {
    const { tried, openSocket } = recording()
    let asked = 0
    const resolveName = () => at(asked++ % 2 === 0 ? '8.8.8.8' : '10.0.0.1')()
    const dial = createDialler({ exempt: privateUpstreams([]), resolveName, openSocket })
    for (const expected of [UNREACHABLE, NOT_ALLOWED, UNREACHABLE, NOT_ALLOWED])
      await expect(dial(name)).rejects.toEqual(expected)
    expect([asked, tried]).toEqual([4, ['8.8.8.8', '8.8.8.8']])
  })

  it('is looked up with a final dot, so that no search domain of a cluster answers for it', async () => {
    const asked: string[] = []
    const resolveName = (text: string) => {
      asked.push(text)
      return at('10.0.0.1')()
    }
    const dial = createDialler({ exempt: privateUpstreams([]), resolveName })
    for (const url of ['https://api.example.com', 'https://api.example.com.'])
      await expect(dial(new URL(url))).rejects.toEqual(NOT_ALLOWED)
    expect(asked).toEqual(['api.example.com.', 'api.example.com.'])
  })

  it('with more than sixteen addresses is dialled at the first sixteen alone', async () => {
    const { tried, openSocket } = recording()
    const many = Array.from({ length: 20 }, (_, n) => `8.8.8.${n}`)
    const dial = createDialler({ exempt: privateUpstreams([]), resolveName: at(...many, '10.0.0.1'), openSocket })
    await expect(dial(name)).rejects.toEqual(UNREACHABLE)
    expect(tried).toEqual(many.slice(0, 16))
  })

  it.each([
    ['fails', () => Promise.reject(new Error('SERVFAIL'))],
    ['has no address', () => Promise.resolve([])],
  ])('whose look-up %s is reported as UPSTREAM_UNREACHABLE, and nothing is connected to', async (_how, resolveName) => {
    const { tried, openSocket } = recording()
    const dial = createDialler({ exempt: privateUpstreams([]), resolveName, openSocket })
    await expect(dial(name)).rejects.toEqual(UNREACHABLE)
    expect(tried).toEqual([])
  })

  it('whose look-up is never answered is given up as UPSTREAM_UNREACHABLE after five seconds', async () => {
    jest.useFakeTimers()
    try {
      const dial = createDialler({ exempt: privateUpstreams([]), resolveName: () => new Promise(() => {}) })
      const dialled = expect(dial(name)).rejects.toEqual(UNREACHABLE)
      await jest.advanceTimersByTimeAsync(5_000)
      await dialled
    } finally {
      jest.useRealTimers()
    }
  })
})
