import type { Server } from 'node:http'
import type { Socket } from '@protectmyapi/service-kit/http/connection-turns'
import type { TurnsOf } from '@protectmyapi/service-kit/http/serve-in-turn'
import { type CrowdedOut, createConnectionRoom, sourceOf } from '../fairness/connection-room.js'
import type { TrustedProxies } from './source-address.js'

export interface Connections {
  /** Ends connections that have never sent a request. Node counts them as busy, and a drain must not wait for them. */
  destroyUnused(): void
}

interface Options {
  readonly turnsOf: TurnsOf
  /** With TLS, requests come over another socket object than the accepted one. */
  readonly encrypted: boolean
  readonly connectionsMax: number
  /** Proxies in front of this one, whose connections carry many people's requests. */
  readonly proxies: TrustedProxies
  /** Called for each connection that was closed for want of room. */
  readonly crowdedOut: (who: CrowdedOut, source: string | null) => void
}

/** Follows connections from accept to close, and gives one up where there is no room for another. */
export function followConnections(server: Server, options: Options): Connections {
  const { turnsOf, encrypted, connectionsMax, proxies, crowdedOut } = options
  /** The sockets that requests come over, by the address and port of the other end. */
  const readable = new Map<string, Socket>()
  const room = createConnectionRoom(connectionsMax, crowdedOut)

  server.on(encrypted ? 'secureConnection' : 'connection', (socket: Socket) => {
    const peer = peerOf(socket)
    readable.set(peer, socket)
    socket.on('close', () => void readable.delete(peer))
  })
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket)
    const leave = room.enter({
      source: sourceOf(socket.remoteAddress, proxies.trusts),
      isBusy: () => turnsOf(readable.get(peer) ?? socket)?.isAnswering === true,
      destroy: () => socket.destroy(),
    })
    socket.on('close', leave)
  })

  return {
    destroyUnused() {
      for (const socket of readable.values()) if (turnsOf(socket) === undefined) socket.destroy()
    },
  }
}

/** Unique while the connection is open. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
