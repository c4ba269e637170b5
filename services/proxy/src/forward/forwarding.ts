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
  /** For a client to read something of what waits for it. Memory is bounded anyway; this frees the provider's socket. */
  slowReaderMs: 120_000,
  /** Answers of 1xx before the answer itself. Each one sets the library's clock back, so their number is the bound. */
  informationalMax: 16,
} as const

/** How the library says that a body was not as long as its Content-Length. */
const LENGTH_MISMATCH = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'

/** How a request that was handed to the client library ended. */
export interface Forwarded {
  /** Bytes of it, the secret with them, may have reached the provider. */
  readonly sent: boolean
  /** `complete`: the whole answer went on. `refused`: nothing of it, and the client waits for our words. `cut`, `left`: a part. */
  readonly end: 'complete' | 'refused' | 'cut' | 'left'
  readonly fault: Fault | null
  /** Of the answer's head, 0 where none went on. */
  readonly status: number
  readonly requestBytes: number
  readonly responseBytes: number
  readonly upstreamMs: number
}

export interface ForwardingOptions {
  readonly exchange: Exchange
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly scrubber: Scrubber
  /** A secret is in the request: then 401 and 403 are about our key, and their bodies may quote it. */
  readonly injects: boolean
  readonly scrub: boolean
  /** A body may end with its connection: not over TLS, where anybody on the way can end that one. */
  readonly closeIsAnEnd: boolean
  readonly back: ReturnPath
  readonly sentBytes: () => number
  /** The connection that the answer came over is of no further use. */
  readonly leaveConnection: () => void
  /** For a client to read something of what waits for it. */
  readonly slowReaderMs: number
}

interface Head {
  readonly status: number
  readonly fields: readonly string[]
}

/**
 * Takes an answer in and passes it on, event by event, with backpressure; ends exactly once. By undici's older callbacks:
 * around the newer ones it makes an object of every answer's header, which nobody here reads.
 */
export class Forwarding implements Dispatcher.DispatchHandler {
  readonly done: Promise<Forwarded>
  readonly #options: ForwardingOptions
  readonly #startedMs: number
  #settle: (forwarded: Forwarded) => void = () => {}
  #abortUpstream: ((reason: Error) => void) | null = null
  #resume: (() => void) | null = null
  #over = false
  /** Of the provider, until it goes on; and what came of the body beside it. */
  #head: Head | null = null
  #first: Buffer | null = null
  /** Of what went on. */
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

  /** Ends it from outside: with words where none of the answer has gone, else with a cut. */
  abort(why: Fault): void {
    this.#end(this.#status === 0 ? 'refused' : 'cut', why)
  }

  onConnect(abort: (reason?: Error) => void): void {
    // Sent once: should the library ever begin again, or late, the request does not leave.
    const again = this.#abortUpstream !== null
    if (again || this.#over) {
      abort(new ClientLeft())
      return
    }
    this.#abortUpstream = abort
  }

  /** Not the reason phrase: undici hands over the last packet's part of it, which cannot be searched (ADR 1). */
  onHeaders(status: number, raw: readonly unknown[], resume: () => void): boolean {
    if (this.#over) return true
    if (status < 200) {
      this.#onInformational(status, raw)
      return true
    }
    this.#resume = resume
    this.#upstreamMs = this.#options.clock.monotonicMs() - this.#startedMs
    const { passed: shown, ...framing } = answerFields(raw)
    const passed = status === 204 ? withoutLength(shown) : shown
    const fields = leadBack(status, passed, this.#options.back)
    // First: a refusal that it was made for something else would raise no alarm.
    const fault = this.#leaksAsItWasOrIs(passed, fields) ? leaked() : this.#refusalOf(status, framing)
    if (fault) {
      this.abort(fault)
      return true
    }
    this.#head = { status, fields }
    // What came with the head in one packet is looked at before this runs: a leak in it can still be told in words.
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

  /** False where it fills the buffer of the client's connection. */
  #pass(piece: Buffer): boolean {
    this.#responseBytes += piece.length
    if (this.#head !== null && this.#first === null) {
      // It goes with the head: at once, or with the end where that has come in the same packet.
      this.#first = piece
      return true
    }
    this.#sendHead()
    return this.#options.exchange.outgoing.write(piece)
  }

  /**
   * Has the system all that was written? Node keeps it to the end of the turn, and a chunk as large as sockets are read fills
   * its buffer by itself: to stop the provider for each of them costs more than to pass it on.
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
    // The end follows: with everything handed to the system, or with the client gone.
    exchange.sendBody(last)
  }

  onError(error: Error): void {
    if (error instanceof ClientLeft) this.#end('left', null)
    else if (this.#endsWithItsHead(error)) this.onComplete(null)
    else this.abort(upstreamFault(error))
  }

  /**
   * A 304 says how long the body is that it does not have (RFC 9110 § 8.6); a 204 must not, and has none either where it
   * does. The library misses that body.
   */
  #endsWithItsHead(error: Error): boolean {
    const status = this.#head?.status ?? this.#status
    return BODILESS.has(status) && 'code' in error && error.code === LENGTH_MISMATCH
  }

  /** Of what comes before an answer, hints alone go on. 100 is about the provider's connection to us; we have our own. */
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

  /** What stays behind whole and unread: a 401 or 403 to our key, and what could not be searched for it, or read. */
  #refusalOf(
    status: number,
    { coding, charset, transferCoding, isFramed }: Omit<AnswerFields, 'passed'>,
  ): Fault | null {
    const { injects, scrub, closeIsAnEnd } = this.#options
    // An empty field, and chunked twice, are framing that readers differ on.
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

  /** With what of the body came beside it. */
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

  /** Where the whole body came beside the head, both go in one. */
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
    // One packet may hold several chunks. One listener for all of them: a second would clear the timer of the next wait.
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
      // What waited for the head went nowhere without it.
      responseBytes: this.#status === 0 ? 0 : this.#responseBytes,
      upstreamMs: this.#upstreamMs,
    })
  }
}

const NONE: readonly string[] = []

/** RFC 9110 § 8.6: a 204 has no Content-Length. A client that believes one waits for what never comes. */
function withoutLength(fields: readonly string[]): readonly string[] {
  return fields.filter((_, at) => (fields[at - (at % 2)] ?? '').toLowerCase() !== 'content-length')
}

/** RFC 9112 § 6.3. */
const BODILESS: ReadonlySet<number> = new Set([204, 304])

function leaked(): Fault {
  return new Fault('UPSTREAM_LEAKED_KEY', 'the answer held an injected value')
}

/**
 * Such an answer is complete only where TLS itself was closed (RFC 9112 § 9.8), and Node does not tell that from a
 * connection that was cut: a part would pass for the whole (ADR 17).
 */
function endless(): Fault {
  const say =
    'The provider’s answer has neither a length nor chunks: it ends with its connection, and that cannot be told from a cut. Have the provider send one of them.'
  return new Fault('UPSTREAM_UNREACHABLE', 'an answer over TLS that ends with its connection', { say })
}

/** Nobody asked for it (no TE goes up), and passed on without its field it would be another body. */
function transferCoded(): Fault {
  return new Fault('UPSTREAM_UNREACHABLE', 'an answer in a transfer coding that was not asked for')
}

/** What is quoted of a provider's words: any other may be the key in a form that nobody looks for. */
const CODINGS: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'compress', 'br', 'zstd'])

/**
 * It was asked for as it is (`Accept-Encoding: identity`). What is compressed all the same cannot be searched without
 * being unpacked, and unpacking what a stranger packed costs memory without a bound: so it does not pass.
 */
function compressed(coding: string): Fault {
  const how = CODINGS.has(coding) ? ` (${coding})` : ''
  const say = `The provider compressed its answer${how} though it was asked not to, so it cannot be searched for the key. Turn scrubbing off for this service if that is its way.`
  return new Fault('UPSTREAM_UNREACHABLE', 'an answer in a content coding that was not asked for', { say })
}

/** A client may have asked for it, so that an echoed key passes in other bytes than are looked for. */
function unsearchable(charset: string): Fault {
  const which = isKnownCharset(charset) ? ` (${charset})` : ''
  const say = `The provider’s answer is in a character set${which} in which it cannot be searched for the key. Have the provider answer in UTF-8, or turn scrubbing off for this service.`
  return new Fault('UPSTREAM_UNREACHABLE', 'an answer in a character set that cannot be searched', { say })
}
