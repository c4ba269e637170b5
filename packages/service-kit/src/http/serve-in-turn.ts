import type { Server, ServerResponse } from 'node:http'
import { Fault } from '../faults.js'
import { type Begin, ConnectionTurns, type Socket } from './connection-turns.js'
import { hasBody } from './has-body.js'
import { unreadableRequest } from './unreadable-request.js'

export interface InTurnOptions {
  readonly begin: Begin
  /** An answer as it is written where Node has made no response object; it says that the connection ends. */
  readonly refusal: (fault: Fault) => string
  /** For a client whose bytes could not be read to read why, before the connection is destroyed. */
  readonly lingerMs: number
}

/** What a server's connections are at: undefined for one that no request has come over. */
export type TurnsOf = (socket: Socket) => Pick<ConnectionTurns, 'isAnswering'> | undefined

/** Serves all that comes over a server's connections, what cannot be read included. */
export function serveInTurn(server: Server, { begin, refusal, lingerMs }: InTurnOptions): TurnsOf {
  const turns = new WeakMap<Socket, ConnectionTurns>()

  function take(outgoing: ServerResponse, waits: boolean): void {
    const { socket } = outgoing.req
    let known = turns.get(socket)
    if (known === undefined) {
      known = new ConnectionTurns(socket, begin)
      turns.set(socket, known)
    }
    known.take(outgoing, waits)
  }

  function refuse(socket: Socket, fault: Fault): void {
    if (turns.get(socket)?.endBehindWhole()) return
    // Bytes after the first answer's head has gone would look like a part of that answer.
    if (!socket.writable || socket.bytesWritten > 0) {
      socket.destroy()
      return
    }
    // Ending it is half a close, and whoever sends such bytes may keep the other half open.
    const lingering = setTimeout(() => socket.destroy(), lingerMs)
    socket.once('close', () => clearTimeout(lingering))
    socket.end(refusal(fault))
  }

  server.on('request', (_incoming, outgoing) => take(outgoing, false))
  server.on('checkContinue', (incoming, outgoing) => {
    const waits = hasBody(incoming)
    // There is nothing to wait for, and behind an answer without this Node would end the connection.
    if (!waits) outgoing.writeContinue()
    take(outgoing, waits)
  })
  // An expectation of anything else is passed over.
  server.on('checkExpectation', (_incoming, outgoing) => take(outgoing, false))
  server.on('connect', ({ socket }) => {
    // Node has let go of it, and an error that nobody listens to ends the process.
    socket.on('error', () => {})
    refuse(socket, new Fault('INVALID_METHOD', 'CONNECT', { allow: [] }))
  })
  server.on('clientError', (err: NodeJS.ErrnoException, socket) => refuse(socket as Socket, unreadableRequest(err)))
  return (socket) => turns.get(socket)
}
