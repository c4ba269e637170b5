import type { IncomingMessage, ServerResponse } from 'node:http'

const LIMITS = {
  /**
   * Requests of a connection that wait for their turn, besides those of the same packet: then nothing more is read of it,
   * the client's leaving included, until they have begun.
   */
  waitingMax: 16,
} as const

export type Socket = IncomingMessage['socket']

/** Answers a request. `waits`: the client holds the body back until it reads `100 Continue`. */
export type Begin = (incoming: IncomingMessage, outgoing: ServerResponse, waits: boolean) => void

/**
 * The requests of one connection, one after the other: the next begins when the answer before it has gone, and never where
 * that was the connection's last (RFC 9112 § 9.6). So whoever finds that nothing can be told of what follows a request
 * sets `shouldKeepAlive` of its answer, and what the parser makes of the rest is nobody's.
 */
export class ConnectionTurns {
  readonly #socket: Socket
  readonly #begin: Begin
  #answering: ServerResponse | null = null
  /** In the order in which they came. All but the last are whole. */
  readonly #waiting: { readonly outgoing: ServerResponse; readonly waits: boolean }[] = []
  /** What comes behind this one's request cannot be read. */
  #last: ServerResponse | null = null

  constructor(socket: Socket, begin: Begin) {
    this.#socket = socket
    this.#begin = begin
  }

  /** A request is whole, and with somebody. What is still on its way has moved nobody yet. */
  get isAnswering(): boolean {
    return this.#answering?.req.complete === true
  }

  take(outgoing: ServerResponse, waits: boolean): void {
    const socket = this.#socket
    if (!socket.writable) return
    // The parser stops there, the rest of the packet is dropped, and the next packet would be read as a request.
    if (outgoing.req.headers.upgrade !== undefined) outgoing.shouldKeepAlive = false
    if (this.#answering === null) this.#start(outgoing, waits)
    // A tick later: the parser has Node read on at each request's end.
    else if (this.#waiting.push({ outgoing, waits }) >= LIMITS.waitingMax) process.nextTick(() => socket.pause())
  }

  /**
   * What has come last cannot be read. Whole requests may have been acted upon: they are answered, and the connection ends
   * with the last of these answers. False where there is none.
   */
  endBehindWhole(): boolean {
    const taken = [this.#answering, ...this.#waiting.map(({ outgoing }) => outgoing)]
    this.#last = taken.findLast((one) => one?.req.complete) ?? null
    if (this.#last === null) return false
    this.#last.shouldKeepAlive = false
    return true
  }

  #start(outgoing: ServerResponse, waits: boolean): void {
    this.#answering = outgoing
    outgoing.on('finish', this.#onAnswered)
    this.#begin(outgoing.req, outgoing, waits)
  }

  /** Where the answer said that the connection ends, Node has ended it by now. The last one may have said otherwise. */
  readonly #onAnswered = (): void => {
    const socket = this.#socket
    if (this.#last !== null && this.#answering === this.#last) socket.destroySoon()
    this.#answering = null
    if (!socket.writable) return
    const next = this.#waiting.shift()
    if (next === undefined) return
    if (this.#waiting.length === 0) socket.resume()
    this.#start(next.outgoing, next.waits)
  }
}
