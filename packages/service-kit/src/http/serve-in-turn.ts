import type { Server, ServerResponse } from 'node:http'
import { Fault } from '../faults.js'
import { type Begin, ConnectionTurns, type Socket } from './connection-turns.js'
import { hasBody } from './has-body.js'
import { unreadableRequest } from './unreadable-request.js'

export interface InTurnOptions {
  readonly begin: Begin
  /** Formats an answer by hand, for when Node has made no response object. It says that the connection ends. */
  readonly refusal: (fault: Fault) => string
  /** How long a client whose bytes could not be read has to read the reason before the connection is destroyed. */
  readonly lingerMs: number
}

/** The turns of a connection; undefined if no request has arrived on it. */
export type TurnsOf = (socket: Socket) => Pick<ConnectionTurns, 'isAnswering'> | undefined

/** Serves everything that arrives on a server's connections, including what cannot be read. */
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
    // After the head of the first answer, these bytes would look like a part of that answer.
    if (!socket.writable || socket.bytesWritten > 0) {
      socket.destroy()
      return
    }
    // Ending the socket closes only one half, and a client that sends such bytes may keep the other half open.
    const lingering = setTimeout(() => socket.destroy(), lingerMs)
    socket.once('close', () => clearTimeout(lingering))
    socket.end(refusal(fault))
  }

  server.on('request', (_incoming, outgoing) => take(outgoing, false))
  server.on('checkContinue', (incoming, outgoing) => {
    const waits = hasBody(incoming)
    // There is no reason to wait, and without this Node would end the connection after the answer.
    if (!waits) outgoing.writeContinue()
    take(outgoing, waits)
  })
  // Any other expectation is ignored.
  server.on('checkExpectation', (_incoming, outgoing) => take(outgoing, false))
  server.on('connect', ({ socket }) => {
    // Node has released the socket, and an error without a listener would end the process.
    socket.on('error', () => {})
    refuse(socket, new Fault('INVALID_METHOD', 'CONNECT', { allow: [] }))
  })
  server.on('clientError', (err: NodeJS.ErrnoException, socket) => refuse(socket as Socket, unreadableRequest(err)))
  return (socket) => turns.get(socket)
}
