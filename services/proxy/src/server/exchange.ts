import type { IncomingMessage, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import { NOT_WATCHED, type RequestWatch } from '../telemetry/request-watch.js'
import { endRefusedBody } from './end-refused-body.js'
import { problemAnswer } from './problem-answer.js'

/** A Link in the plainest form, `<address>; rel=preload; as=style`, which Node writes without an error. */
const PLAIN_LINK = /^<[^<>"\s]*>(?:; ?[A-Za-z-]+(?:=(?:[^;,"\s]+|"[^;,"\s]+"))?)*$/

export interface ExchangeOptions {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly sourceAddress: string
  /** The origin under which the client knows the proxy; null where that cannot be told. */
  readonly clientOrigin: () => string | null
  /** Whether a trusted proxy made the connection: the next request over it may come from another client. */
  readonly isShared: () => boolean
  /** The client holds the body back until it reads `100 Continue`. */
  readonly waits: boolean
  readonly watch?: RequestWatch
}

/** One request of a client and its answer: what every answer carries, and how it may end. */
export class Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly sourceAddress: string
  readonly clientOrigin: () => string | null
  readonly waits: boolean
  readonly watch: RequestWatch
  readonly #isShared: () => boolean
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #startedMs: number
  #requestId: string = newId('request')
  #askedForBody = false

  constructor(options: ExchangeOptions) {
    const { incoming, outgoing, clock, sourceAddress, clientOrigin, isShared, waits, watch = NOT_WATCHED } = options
    this.incoming = incoming
    this.outgoing = outgoing
    this.sourceAddress = sourceAddress
    this.clientOrigin = clientOrigin
    this.waits = waits
    this.watch = watch
    this.#isShared = isShared
    this.#clock = clock
    this.#startedMs = clock.monotonicMs()
  }

  get requestId(): string {
    return this.#requestId
  }

  /** For a request that begins again: what was recorded under the old id has been voided. */
  renewRequestId(): void {
    this.#requestId = newId('request')
  }

  elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startedMs
  }

  get method(): string {
    return this.incoming.method ?? ''
  }

  /**
   * There is nobody left to answer: the client is gone, or was answered already, as where the rest of the request
   * cannot be read.
   */
  get over(): boolean {
    return this.outgoing.destroyed || this.outgoing.writableEnded || !this.incoming.socket.writable
  }

  /** Calls back once: when the whole answer was handed to the system, or when the connection ends before that. */
  whenOver(listener: (complete: boolean) => void): void {
    const { outgoing } = this
    const settle = (): void => listener(outgoing.writableFinished)
    if (this.over) queueMicrotask(settle)
    // It is emitted once only, and `once` would wrap the listener and look for it again.
    else outgoing.on('close', settle)
  }

  /**
   * Sends 103 Early Hints (RFC 8297) from fields of name, value, … Only Links are sent, since hints exist for them; one
   * that is not plain is left out. HTTP/1.0 has no 1xx (RFC 9110 § 15.2).
   */
  sendHints(fields: readonly string[]): void {
    if (this.over || this.incoming.httpVersion !== '1.1') return
    const links = fields.filter(
      (value, at) => at % 2 === 1 && /^link$/i.test(fields[at - 1] ?? '') && PLAIN_LINK.test(value),
    )
    if (links.length > 0) this.outgoing.writeEarlyHints({ link: links })
  }

  /** @param awayMs the part of the time until now that others took. */
  sendHead(status: number, fields: readonly string[], awayMs: number): void {
    const ownMs = Math.max(0, this.elapsedMs() - awayMs)
    this.watch.headSent(status, ownMs)
    const timing = `pma;dur=${ownMs.toFixed(1)}`
    this.outgoing.writeHead(status, [...fields, 'pma-request-id', this.#requestId, 'server-timing', timing])
  }

  /** Tells a client that holds its body back to send it. */
  askForBody(): void {
    if (!this.waits || this.over) return
    this.#askedForBody = true
    this.outgoing.writeContinue()
  }

  /** Name, value, … Only a chunked answer can carry them. */
  sendTrailers(fields: readonly string[]): void {
    this.outgoing.addTrailers(
      fields.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, fields[at + 1] ?? '']] : [])),
    )
  }

  sendBody(body: Buffer): void {
    if (body.length === 0) this.outgoing.end()
    else this.outgoing.end(body)
    // A client that waits, and was not asked for the body, may or may not send it: the connection closes with the
    // answer.
    if (!this.waits || this.#askedForBody) endRefusedBody(this.incoming)
  }

  /** Answers with a refusal, if there is still somebody to answer. */
  refuse(fault: Fault): void {
    this.watch.endsWith(fault.code)
    if (this.over || this.outgoing.headersSent) return
    const { status, fields, body } = problemAnswer(fault, this.#requestId)
    // A client that waits for `100 Continue` may send the body anyway, or not: only closing the connection is
    // unambiguous.
    if (this.waits) this.outgoing.shouldKeepAlive = false
    this.sendHead(status, fields, 0)
    this.sendBody(body)
  }

  /**
   * After the answer, nothing more is read from this connection for a while, so a client that ignores Retry-After waits
   * all the same. Not applied to a trusted proxy's connection: the proxy keeps it and sends another client's request
   * over it next, which would wait instead. Call it before the answer.
   */
  restAfterwards(ms: number): void {
    if (this.#isShared()) return
    const { socket } = this.incoming
    this.whenOver(() => {
      // A body that was taken without its events resumes the socket a tick after the answer.
      setImmediate(() => socket.pause())
      setTimeout(() => socket.resume(), ms).unref()
    })
  }

  /** Ends an answer that cannot be completed in a way that does not look complete. */
  cut(): void {
    const { socket } = this.outgoing
    // A body that ends with its connection (HTTP/1.0) looks complete after a FIN, but not after a reset. TLS has no
    // reset, and has a close of its own, which a destroyed socket does not send.
    if (socket && !(socket instanceof TLSSocket) && this.incoming.httpVersion === '1.0') socket.resetAndDestroy()
    this.outgoing.destroy()
  }
}
