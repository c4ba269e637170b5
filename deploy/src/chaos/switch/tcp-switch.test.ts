import net from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startSwitch, type TcpSwitch } from './tcp-switch.js'

/** Sends its name, then echoes what it receives. */
async function startEcho(name: string): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.write(name)
    socket.on('data', (chunk) => socket.write(chunk))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** A client that collects what it hears. */
interface Client {
  readonly socket: net.Socket
  /** Settles once it has received the text. */
  hears(text: string): Promise<void>
  heard(): string
  readonly ended: Promise<void>
}

function dial(port: number): Client {
  const socket = net.connect({ port, host: '127.0.0.1' })
  let heard = ''
  const waiting = new Set<() => void>()
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1')
    for (const look of waiting) look()
  })
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const hears = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!heard.includes(text)) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  return { socket, hears, heard: () => heard, ended }
}

describe('the TCP switch', () => {
  let first: Awaited<ReturnType<typeof startEcho>>
  let second: Awaited<ReturnType<typeof startEcho>>
  let link: TcpSwitch
  /** A switch that the test does not break. */
  let whole: TcpSwitch

  beforeEach(async () => {
    first = await startEcho('first:')
    second = await startEcho('second:')
    link = await startSwitch({ name: 'link', targets: [first.port, second.port], chance: () => 1 })
    whole = await startSwitch({ name: 'whole', targets: [second.port], chance: () => 1 })
  })

  afterEach(async () => {
    await link.close()
    await whole.close()
    await first.close()
    await second.close()
  })

  it('spreads connections over its targets, and carries bytes both ways', async () => {
    const clients = [dial(link.port), dial(link.port)]
    for (const { socket } of clients) socket.write('hello')
    await Promise.race(clients.map(({ hears }) => hears('first:hello')))
    await Promise.race(clients.map(({ hears }) => hears('second:hello')))
    for (const { socket } of clients) socket.destroy()
  })

  it('goes on to the next target when one refuses', async () => {
    await first.close()
    for (let round = 0; round < 2; round += 1) {
      const client = dial(link.port)
      await client.hears('second:')
      client.socket.destroy()
    }
  })

  it('ends open connections and refuses new ones while it is cut, and accepts them once it is mended', async () => {
    const before = dial(link.port)
    await before.hears(':')
    link.cut()
    await before.ended
    await dial(link.port).ended
    link.mend()
    const after = dial(link.port)
    await after.hears(':')
    after.socket.destroy()
  })

  it('ends open connections when it drops them, and accepts new ones at once', async () => {
    const before = dial(link.port)
    await before.hears(':')
    link.drop()
    await before.ended
    const after = dial(link.port)
    await after.hears(':')
    after.socket.destroy()
  })

  it('holds bytes back while it is paused, and delivers all of them once it is mended', async () => {
    const [client, other] = [dial(link.port), dial(whole.port)]
    await Promise.all([client.hears(':'), other.hears(':')])
    link.pause()
    client.socket.write('held')
    // A round trip through another link, begun later and made twice: by then bytes that are not held back have arrived.
    for (const word of ['once', 'twice']) {
      other.socket.write(word)
      await other.hears(word)
    }
    expect(client.heard()).not.toContain('held')
    link.mend()
    await client.hears('held')
    client.socket.destroy()
    other.socket.destroy()
  })

  it('delays bytes while it is slow, and keeps their order', async () => {
    const client = dial(link.port)
    await client.hears(':')
    link.slow(40)
    const begunMs = performance.now()
    client.socket.write('one ')
    client.socket.write('two ')
    await client.hears('one two ')
    expect(performance.now() - begunMs).toBeGreaterThanOrEqual(35)
    client.socket.destroy()
  })

  it('sends new connections to the target to which it is routed', async () => {
    link.route([second.port])
    for (let round = 0; round < 2; round += 1) {
      const client = dial(link.port)
      await client.hears('second:')
      client.socket.destroy()
    }
  })
})
