import net from 'node:net'
import { type Connection, joinSockets } from './connection.js'

/** A link between two parts of the system, which one part connects to and the rig can break. */
export interface TcpSwitch {
  readonly name: string
  /** The port on loopback. */
  readonly port: number
  /** Connections accepted so far. */
  readonly asked: number
  /** Closes all connections; new ones are accepted. */
  drop(): void
  /** Closes all connections, and each new one at once, until it is mended. */
  cut(): void
  /** Holds all bytes back until it is mended, like a network that loses every packet. */
  pause(): void
  /**
   * Delays all bytes until it is mended. Each connection has its own delay of up to this, so bytes on one connection
   * may overtake those on another, but never those on the same one.
   */
  slow(delayMsMax: number): void
  mend(): void
  /** Sends new connections to these ports from now on. */
  route(targets: readonly number[]): void
  close(): Promise<void>
}

export interface SwitchOptions {
  readonly name: string
  /** Ports on loopback. New connections go to them in turn, and to the next one where a port refuses. */
  readonly targets: readonly number[]
  /** From 0 up to 1: the part of the longest delay that a connection gets. */
  readonly chance: () => number
}

type State = { readonly is: 'whole' | 'cut' | 'paused' } | { readonly is: 'slow'; readonly delayMsMax: number }

const HOST = '127.0.0.1'

export async function startSwitch({ name, targets, chance }: SwitchOptions): Promise<TcpSwitch> {
  const connections = new Set<Connection>()
  let state: State = { is: 'whole' }
  let routes = targets
  let turn = 0

  function apply(connection: Connection): void {
    connection.setPaused(state.is === 'paused')
    connection.setDelay(state.is === 'slow' ? Math.round(chance() * state.delayMsMax) : 0)
  }

  function become(next: State): void {
    state = next
    for (const connection of [...connections]) apply(connection)
  }

  function endAll(): void {
    for (const connection of [...connections]) connection.cut()
  }

  async function welcome(client: net.Socket): Promise<void> {
    client.on('error', () => undefined)
    turn += 1
    const server = state.is === 'cut' ? undefined : await dialOneOf(rotated(routes, turn))
    if (server === undefined || state.is === 'cut' || client.destroyed) {
      server?.destroy()
      client.destroy()
      return
    }
    const connection = joinSockets(client, server, () => connections.delete(connection))
    connections.add(connection)
    apply(connection)
  }

  // A side that has closed its half may still receive the rest.
  const listener = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.pause()
    void welcome(client)
  })
  const port = await listening(listener)
  return {
    name,
    port,
    get asked() {
      return turn
    },
    drop: endAll,
    cut() {
      become({ is: 'cut' })
      endAll()
    },
    pause: () => become({ is: 'paused' }),
    slow: (delayMsMax) => become({ is: 'slow', delayMsMax }),
    mend: () => become({ is: 'whole' }),
    route(next) {
      routes = next
    },
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve())
        become({ is: 'cut' })
        endAll()
      }),
  }
}

function listening(server: net.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, HOST, () => {
      const address = server.address()
      if (typeof address === 'object' && address !== null) resolve(address.port)
      else reject(new Error('no port'))
    })
  })
}

/** Undefined where all ports refuse. */
async function dialOneOf(ports: readonly number[]): Promise<net.Socket | undefined> {
  for (const port of ports) {
    const socket = await dial(port)
    if (socket !== undefined) return socket
  }
  return undefined
}

function dial(port: number): Promise<net.Socket | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: HOST, allowHalfOpen: true, noDelay: true })
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(undefined))
  })
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const at = list.length === 0 ? 0 : by % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}
