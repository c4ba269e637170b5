import type { IncomingMessage, ServerResponse } from 'node:http'

const LIMITS = {
  /**
   * Waiting requests of a connection, besides those of the same packet. At this number nothing more is read from the
   * connection, not even that the client left, until they have begun.
   */
  waitingMax: 16,
} as const

export type Socket = IncomingMessage['socket']

/** Answers a request. `waits`: the client holds the body back until it reads `100 Continue`. */
export type Begin = (incoming: IncomingMessage, outgoing: ServerResponse, waits: boolean) => void

/**
 * Serves the requests of one connection one after the other: the next begins when the answer before it has been sent,
 * and none begins after the connection's last answer (RFC 9112 § 9.6). A handler that cannot tell where the next
 * request starts sets `shouldKeepAlive` of its answer to false; whatever the parser makes of the following bytes is
 * then discarded.
 */
export class ConnectionTurns {
  readonly #socket: Socket
  readonly #begin: Begin
  #answering: ServerResponse | null = null
  /** In the order of arrival. All but the last are whole. */
  readonly #waiting: { readonly outgoing: ServerResponse; readonly waits: boolean }[] = []
  /** The answer after which the connection ends, because what follows its request cannot be read. */
  #last: ServerResponse | null = null

  constructor(socket: Socket, begin: Begin) {
    this.#socket = socket
    this.#begin = begin
  }

  /** Whether a whole request is being answered. A request that is still arriving has had no effect yet. */
  get isAnswering(): boolean {
    return this.#answering?.req.complete === true
  }

  take(outgoing: ServerResponse, waits: boolean): void {
    const socket = this.#socket
    if (!socket.writable) return
    // The parser stops at an upgrade and drops the rest of the packet; the next packet would be read as a request.
    if (outgoing.req.headers.upgrade !== undefined) outgoing.shouldKeepAlive = false
    if (this.#answering === null) this.#start(outgoing, waits)
    // A tick later, because the parser makes Node resume reading at the end of each request.
    else if (this.#waiting.push({ outgoing, waits }) >= LIMITS.waitingMax) process.nextTick(() => socket.pause())
  }

  /**
   * Handles bytes that cannot be read. Whole requests before them may have had effects, so they are answered, and the
   * connection ends with the last of these answers. False if there is none.
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

  /** If the answer said that the connection ends, Node has ended it by now. The last answer may not have said so. */
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
