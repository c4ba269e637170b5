import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type CrowdedOut, createConnectionRoom, sourceOf } from '../fairness/connection-room.js'
import type { TrustedProxies } from './source-address.js'

export type Socket = IncomingMessage['socket']

/** What a server's connections are at. */
export interface Connections {
  /** A request has come over this connection, and will be answered by that. */
  asked(socket: Socket, outgoing: ServerResponse): void
  /** The answer to the last request that came over it, as long as it lives. */
  lastAnswer(socket: Socket): ServerResponse | undefined
  /** Ends those that have never sent a request: Node counts them as busy, and a drain must not wait for them. */
  destroyUnused(): void
}

interface Options {
  /** What requests come over is another object then than what was accepted. */
  readonly encrypted: boolean
  readonly connectionsMax: number
  /** Proxies in front of us, whose connections are many people's. */
  readonly proxies: TrustedProxies
  /** Called for each connection that was closed for want of room. */
  readonly crowdedOut: (who: CrowdedOut, source: string | null) => void
}

/** Follows them from accept to close, and gives one up where there is no room for another. */
export function followConnections(server: Server, options: Options): Connections {
  const { encrypted, connectionsMax, proxies, crowdedOut } = options
  /** Null where no request has come. */
  const lastAnswers = new Map<Socket, WeakRef<ServerResponse> | null>()
  /** What requests come over, by the other end. */
  const readable = new Map<string, Socket>()
  const room = createConnectionRoom(connectionsMax, crowdedOut)
  const lastAnswer = (socket: Socket): ServerResponse | undefined => lastAnswers.get(socket)?.deref()

  server.on(encrypted ? 'secureConnection' : 'connection', (socket: Socket) => {
    const peer = peerOf(socket)
    lastAnswers.set(socket, null)
    readable.set(peer, socket)
    socket.on('close', () => {
      lastAnswers.delete(socket)
      readable.delete(peer)
    })
  })
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket)
    const leave = room.enter({
      source: sourceOf(socket.remoteAddress, proxies.trusts),
      isBusy: () => isAnswering(lastAnswer(readable.get(peer) ?? socket)),
      destroy: () => socket.destroy(),
    })
    socket.on('close', leave)
  })

  return {
    asked: (socket, outgoing) => void lastAnswers.set(socket, new WeakRef(outgoing)),
    lastAnswer,
    destroyUnused() {
      for (const [socket, last] of lastAnswers) if (last === null) socket.destroy()
    },
  }
}

/** Its request is whole, and with somebody. What is still on its way has moved nobody yet. */
export function isAnswering(last: ServerResponse | undefined): boolean {
  return last?.req.complete === true && !last.writableFinished
}

/** Unlike any other while the connection is open. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
