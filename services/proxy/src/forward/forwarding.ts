import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Dispatcher } from 'undici'
import type { Scrubber } from '../scrub/scrubber.js'
import { isKnownCharset } from '../scrub/unsearchable-charset.js'
import type { Exchange } from '../server/exchange.js'
import { type AnswerFields, answerFields, framesInTrailers, trailerFields } from './answer-fields.js'
import { leadBack, type ReturnPath } from './return-addresses.js'
import { ClientLeft } from './upload.js'
import { upstreamFault } from './upstream-fault.js'

export const FORWARDING_LIMITS = {
  /**
   * How long a client may read nothing of what waits for it. Memory is bounded anyway; this frees the provider's
   * socket.
   */
  slowReaderMs: 120_000,
  /** 1xx answers before the answer itself. Each one resets the library's timer, so only their number is bounded. */
  informationalMax: 16,
} as const

/** The library's code for a body that was not as long as its Content-Length. */
const LENGTH_MISMATCH = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'

/** How a request that was handed to the client library ended. */
export interface Forwarded {
  /** Bytes of the request, including the secret, may have reached the provider. */
  readonly sent: boolean
  /**
   * `complete`: the whole answer was passed on. `refused`: none of it, and the client waits for the proxy's own answer.
   * `cut`, `left`: a part.
   */
  readonly end: 'complete' | 'refused' | 'cut' | 'left'
  readonly fault: Fault | null
  /** Of the answer's head; 0 where none was passed on. */
  readonly status: number
  readonly requestBytes: number
  readonly responseBytes: number
  readonly upstreamMs: number
}

export interface ForwardingOptions {
  readonly exchange: Exchange
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly scrubber: Scrubber
  /** A secret is in the request. Then 401 and 403 are about the organization's key, and their bodies may quote it. */
  readonly injects: boolean
  readonly scrub: boolean
  /** A body may end with its connection. Not allowed over TLS, where anybody on the way can end the connection. */
  readonly closeIsAnEnd: boolean
  readonly back: ReturnPath
  readonly sentBytes: () => number
  /** Gives up the connection that the answer came over. */
  readonly leaveConnection: () => void
  /** How long a client may read nothing of what waits for it. */
  readonly slowReaderMs: number
}

interface Head {
  readonly status: number
  readonly fields: readonly string[]
}

/**
 * Takes an answer in and passes it on, event by event, with backpressure; ends exactly once. Uses undici's older
 * callbacks, because for the newer ones undici makes an object of every answer's header that nothing here reads.
 */
export class Forwarding implements Dispatcher.DispatchHandler {
  readonly done: Promise<Forwarded>
  readonly #options: ForwardingOptions
  readonly #startedMs: number
  #settle: (forwarded: Forwarded) => void = () => {}
  #abortUpstream: ((reason: Error) => void) | null = null
  #resume: (() => void) | null = null
  #over = false
  /** The provider's head until it is passed on, and the part of the body that came with it. */
  #head: Head | null = null
  #first: Buffer | null = null
  /** What has been passed on. */
  #status = 0
  #responseBytes = 0
  #upstreamMs = 0
  #slow: NodeJS.Timeout | undefined
  #informational = 0

  constructor(options: ForwardingOptions) {
    this.#options = options
    this.#startedMs = options.clock.monotonicMs()
    this.done = new Promise((resolve) => {
      this.#settle = resolve
    })
    options.exchange.whenOver((complete) => this.#end(complete ? 'complete' : 'left', null))
  }

  /**
   * Ends the request from outside: with a refusal where nothing of the answer has been passed on, otherwise with a cut.
   */
  abort(why: Fault): void {
    this.#end(this.#status === 0 ? 'refused' : 'cut', why)
  }

  onConnect(abort: (reason?: Error) => void): void {
    // A request is sent once: if the library begins again, or late, it does not leave.
    const again = this.#abortUpstream !== null
    if (again || this.#over) {
      abort(new ClientLeft())
      return
    }
    this.#abortUpstream = abort
  }

  /**
   * The reason phrase is dropped: undici delivers only the last packet's part of it, which cannot be searched (ADR 1).
   */
  onHeaders(status: number, raw: readonly unknown[], resume: () => void): boolean {
    if (this.#over) return true
    if (status < 200) {
      this.#onInformational(status, raw)
      return true
    }
    this.#resume = resume
    this.#upstreamMs = this.#options.clock.monotonicMs() - this.#startedMs
    const answer = answerFields(raw)
    const passed = status === 204 ? withoutLength(answer.passed) : answer.passed
    const fields = leadBack(status, passed, this.#options.back)
    // The leak is checked first, because a refusal for another reason would raise no alarm.
    const fault = this.#leaksAsItWasOrIs(passed, fields) ? leaked() : this.#refusalOf(status, answer)
    if (fault) {
      this.abort(fault)
      return true
    }
    this.#head = { status, fields }
    // What came in the same packet as the head is looked at before this runs, so a leak in it can still be answered
    // with a refusal.
    process.nextTick(() => this.#flushHead())
    return true
  }

  /** False stops the provider until the client has read. */
  onData(chunk: Buffer): boolean {
    if (this.#over) return true
    const pieces = this.#options.scrubber.push(chunk)
    if (pieces === 'leaked') {
      this.abort(leaked())
      return true
    }
    let hasRoom = true
    for (const piece of pieces) hasRoom = this.#pass(piece)
    return hasRoom || this.#isTaken() || this.#waitForReader()
  }

  /** False where the piece fills the buffer of the client's connection. */
  #pass(piece: Buffer): boolean {
    this.#responseBytes += piece.length
    if (this.#head !== null && this.#first === null) {
      // It goes out with the head: at once, or with the end where that came in the same packet.
      this.#first = piece
      return true
    }
    this.#sendHead()
    return this.#options.exchange.outgoing.write(piece)
  }

  /**
   * Whether the system has taken all that was written. Node holds it back until the end of the turn, and a chunk as
   * large as one socket read fills its buffer alone. Stopping the provider for each such chunk costs more than passing
   * it on.
   */
  #isTaken(): boolean {
    const { outgoing } = this.#options.exchange
    outgoing.socket?.uncork()
    return outgoing.writableLength === 0
  }

  onComplete(rawTrailers: readonly unknown[] | null): void {
    if (rawTrailers !== null && framesInTrailers(rawTrailers)) this.#options.leaveConnection()
    if (this.#over) return
    const { scrubber, exchange } = this.#options
    const trailers = rawTrailers === null || rawTrailers.length === 0 ? NONE : trailerFields(rawTrailers)
    if (trailers.length > 0 && this.#leaks(trailers)) {
      this.abort(leaked())
      return
    }
    const rest = scrubber.end()
    this.#responseBytes += rest.length
    const last = this.#sendWhole(rest)
    if (trailers.length > 0) exchange.sendTrailers(trailers)
    // The exchange ends once everything is handed to the system, or the client is gone.
    exchange.sendBody(last)
  }

  onError(error: Error): void {
    if (error instanceof ClientLeft) this.#end('left', null)
    else if (this.#endsWithItsHead(error)) this.onComplete(null)
    else this.abort(upstreamFault(error))
  }

  /**
   * A 304 states the length of the body that it does not have (RFC 9110 § 8.6). A 204 must not state one, and has no
   * body even if it does. The library reports that body as missing.
   */
  #endsWithItsHead(error: Error): boolean {
    const status = this.#head?.status ?? this.#status
    return BODILESS.has(status) && 'code' in error && error.code === LENGTH_MISMATCH
  }

  /**
   * Of the informational answers, only hints (103) are passed on. 100 is about the provider's connection to the proxy,
   * which has its own with the client.
   */
  #onInformational(status: number, raw: readonly unknown[]): void {
    this.#informational += 1
    if (this.#informational > FORWARDING_LIMITS.informationalMax) {
      this.abort(new Fault('UPSTREAM_UNREACHABLE', `more than ${FORWARDING_LIMITS.informationalMax} answers of 1xx`))
      return
    }
    if (status !== 103) return
    const { passed } = answerFields(raw)
    if (this.#leaks(passed)) this.abort(leaked())
    else this.#options.exchange.sendHints(passed)
  }

  /**
   * Answers whose bodies are withheld unread: a 401 or 403 to an injected key, and those that cannot be searched for
   * the key, or read.
   */
  #refusalOf(
    status: number,
    { coding, charset, transferCoding, isFramed }: Omit<AnswerFields, 'passed'>,
  ): Fault | null {
    const { injects, scrub, closeIsAnEnd } = this.#options
    // An empty field, and chunked twice, are framings that readers interpret differently.
    if (transferCoding !== null && transferCoding !== 'chunked') return transferCoded()
    if (injects && status === 401) return new Fault('UPSTREAM_REJECTED_KEY', 'the provider answered 401')
    if (injects && status === 403) return new Fault('UPSTREAM_FORBIDDEN', 'the provider answered 403')
    if (scrub && coding !== '') return compressed(coding)
    if (scrub && charset !== '') return unsearchable(charset)
    return isFramed || closeIsAnEnd || BODILESS.has(status) ? null : endless()
  }

  /** An address that is led back is resolved: `a\\b` and `a/./b` become `a/b`, which a value may be. */
  #leaksAsItWasOrIs(passed: readonly string[], fields: readonly string[]): boolean {
    return this.#leaks(passed) || (fields !== passed && this.#leaks(fields))
  }

  #leaks(fields: readonly string[]): boolean {
    return this.#options.scrubber.leaksInFields(fields)
  }

  /** Sends the head, with the part of the body that came with it. */
  #sendHead(): void {
    if (this.#head === null) return
    const { status, fields } = this.#head
    this.#head = null
    this.#status = status
    const { exchange } = this.#options
    exchange.sendHead(status, fields, this.#upstreamMs)
    if (this.#first !== null) exchange.outgoing.write(this.#first)
    this.#first = null
  }

  /** Where the whole body came with the head, both go out in one write. */
  #sendWhole(rest: Buffer): Buffer {
    const first = this.#first
    this.#first = null
    this.#sendHead()
    if (first === null) return rest
    return rest.length === 0 ? first : Buffer.concat([first, rest])
  }

  /** Where nothing of the body has come yet, the head goes alone. */
  #flushHead(): void {
    if (this.#over || this.#head === null) return
    const isAlone = this.#first === null
    this.#sendHead()
    if (isAlone) this.#options.exchange.outgoing.flushHeaders()
  }

  #waitForReader(): false {
    // One packet may hold several chunks. They share one listener, because a second would clear the timer of the next
    // wait.
    if (this.#slow !== undefined) return false
    this.#slow = setTimeout(() => this.#end('cut', null), this.#options.slowReaderMs)
    this.#options.exchange.outgoing.once('drain', () => {
      clearTimeout(this.#slow)
      this.#slow = undefined
      if (!this.#over) this.#resume?.()
    })
    return false
  }

  #end(end: Forwarded['end'], fault: Fault | null): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#slow)
    const sent = this.#abortUpstream !== null
    if (end !== 'complete') this.#abortUpstream?.(new ClientLeft())
    if (end === 'cut') this.#options.exchange.cut()
    this.#settle({
      sent,
      end,
      fault,
      status: this.#status,
      requestBytes: this.#options.sentBytes(),
      // What waited for the head was not sent without it.
      responseBytes: this.#status === 0 ? 0 : this.#responseBytes,
      upstreamMs: this.#upstreamMs,
    })
  }
}

const NONE: readonly string[] = []

/** RFC 9110 § 8.6: a 204 has no Content-Length. A client that believed one would wait for a body that never comes. */
function withoutLength(fields: readonly string[]): readonly string[] {
  return fields.filter((_, at) => (fields[at - (at % 2)] ?? '').toLowerCase() !== 'content-length')
}

/** RFC 9112 § 6.3. */
const BODILESS: ReadonlySet<number> = new Set([204, 304])

function leaked(): Fault {
  return new Fault('UPSTREAM_LEAKED_KEY', 'the answer held an injected value')
}

/**
 * Such an answer is complete only where TLS itself was closed (RFC 9112 § 9.8), and Node does not distinguish that from
 * a cut connection: a part would pass for the whole (ADR 17).
 */
function endless(): Fault {
  const say =
    'The provider’s answer has neither Content-Length nor chunked encoding, so its end cannot be told from a broken connection. The provider must send one of them.'
  return new Fault('UPSTREAM_UNREACHABLE', 'an answer over TLS that ends with its connection', { say })
}

/** It was not asked for (no TE goes to the provider), and passed on without its field it would be a different body. */
function transferCoded(): Fault {
  return new Fault('UPSTREAM_UNREACHABLE', 'an answer in a transfer coding that was not asked for')
}

/** The only words of a provider that are quoted: any other text may be the key in a form that is not searched for. */
const CODINGS: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'compress', 'br', 'zstd'])

/**
 * The answer was requested uncompressed (`Accept-Encoding: identity`). A compressed one cannot be searched without
 * unpacking it, and unpacking untrusted data costs unbounded memory, so it does not pass.
 */
function compressed(coding: string): Fault {
  const how = CODINGS.has(coding) ? ` (${coding})` : ''
  const say = `The provider compressed its answer${how} though it was asked not to, so it cannot be searched for the key. Turn scrubbing off for this service if the provider always compresses.`
  return new Fault('UPSTREAM_UNREACHABLE', 'an answer in a content coding that was not asked for', { say })
}

/** A client may have asked for this character set so that an echoed key passes in bytes that are not searched for. */
function unsearchable(charset: string): Fault {
  const which = isKnownCharset(charset) ? ` (${charset})` : ''
  const say = `The provider’s answer is in a character set${which} in which it cannot be searched for the key. Have the provider answer in UTF-8, or turn scrubbing off for this service.`
  return new Fault('UPSTREAM_UNREACHABLE', 'an answer in a character set that cannot be searched', { say })
}
