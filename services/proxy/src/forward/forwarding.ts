import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Dispatcher } from 'undici'
import type { Scrubber } from '../scrub/scrubber.js'
import type { Exchange } from '../server/exchange.js'
import { answerFields, contentCoding, rawPairs, trailerFields } from './answer-fields.js'
import { leadBack, type ReturnPath } from './return-addresses.js'
import { ClientLeft } from './upload.js'
import { upstreamFault } from './upstream-fault.js'

const LIMITS = {
  /** For a client to read something of what waits for it. Memory is bounded anyway; this frees the provider's socket. */
  slowReaderMs: 120_000,
} as const

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
  readonly back: ReturnPath
  readonly sentBytes: () => number
}

interface Head {
  readonly status: number
  readonly reason: string
  readonly fields: readonly string[]
}

/** Takes an answer in and passes it on, event by event, with backpressure; ends exactly once. */
export class Forwarding implements Dispatcher.DispatchHandler {
  readonly done: Promise<Forwarded>
  readonly #options: ForwardingOptions
  readonly #startedMs: number
  #settle: (forwarded: Forwarded) => void = () => {}
  #controller: Dispatcher.DispatchController | null = null
  #over = false
  /** Of the provider, until it goes on. */
  #head: Head | null = null
  /** Of what went on. */
  #status = 0
  #responseBytes = 0
  #upstreamMs = 0
  #slow: NodeJS.Timeout | undefined

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

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Sent once: should the library ever begin again, or late, the request does not leave.
    const again = this.#controller !== null
    if (again || this.#over) {
      controller.abort(new ClientLeft())
      return
    }
    this.#controller = controller
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _headers: unknown, reason = ''): void {
    // 1xx of a provider are about its connection to us; ours to the client has its own 100.
    if (status < 200 || this.#over) return
    this.#upstreamMs = this.#options.clock.monotonicMs() - this.#startedMs
    const pairs = rawPairs(controller.rawHeaders)
    const fields = answerFields(pairs)
    const fault = this.#refusalOf(status, pairs) ?? (this.#leaks([reason, ...fields]) ? leaked() : null)
    if (fault) {
      this.abort(fault)
      return
    }
    // After the search, which must see every address as the provider wrote it.
    this.#head = { status, reason, fields: leadBack(status, fields, this.#options.back) }
    // What came with the head in one packet is looked at before this runs: a leak in it can still be told in words.
    queueMicrotask(() => this.#flushHead())
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return
    const out = this.#options.scrubber.push(chunk)
    if (out === 'leaked') {
      this.abort(leaked())
      return
    }
    if (out.length === 0) return
    this.#responseBytes += out.length
    this.#sendHead()
    if (!this.#options.exchange.outgoing.write(out)) this.#waitForReader(controller)
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    if (this.#over) return
    const { scrubber, exchange } = this.#options
    const trailers = trailerFields(rawPairs(controller.rawTrailers))
    if (this.#leaks(trailers)) {
      this.abort(leaked())
      return
    }
    const rest = scrubber.end()
    this.#responseBytes += rest.length
    this.#sendHead()
    if (trailers.length > 0) exchange.sendTrailers(trailers)
    // The end follows: with everything handed to the system, or with the client gone.
    exchange.sendBody(rest)
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (error instanceof ClientLeft) this.#end('left', null)
    else this.abort(upstreamFault(error))
  }

  /** What stays behind whole and unread: a 401 or 403 to our key, and what could not be searched for it. */
  #refusalOf(status: number, pairs: readonly string[]): Fault | null {
    const { injects, scrub } = this.#options
    if (injects && status === 401) return new Fault('UPSTREAM_REJECTED_KEY', 'the provider answered 401')
    if (injects && status === 403) return new Fault('UPSTREAM_FORBIDDEN', 'the provider answered 403')
    const coding = contentCoding(pairs)
    return scrub && coding !== '' ? compressed(coding) : null
  }

  #leaks(fields: readonly string[]): boolean {
    return this.#options.scrubber.leaksInFields(fields)
  }

  #sendHead(): void {
    if (this.#head === null) return
    const { status, reason, fields } = this.#head
    this.#head = null
    this.#status = status
    this.#options.exchange.sendHead(status, reason, fields, this.#upstreamMs)
  }

  /** Where nothing of the body has come yet, the head goes alone. */
  #flushHead(): void {
    if (this.#over || this.#head === null) return
    this.#sendHead()
    this.#options.exchange.outgoing.flushHeaders()
  }

  #waitForReader(controller: Dispatcher.DispatchController): void {
    controller.pause()
    this.#slow ??= setTimeout(() => this.#end('cut', null), LIMITS.slowReaderMs)
    this.#options.exchange.outgoing.once('drain', () => {
      clearTimeout(this.#slow)
      this.#slow = undefined
      if (!this.#over) controller.resume()
    })
  }

  #end(end: Forwarded['end'], fault: Fault | null): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#slow)
    const sent = this.#controller !== null
    if (end !== 'complete') this.#controller?.abort(new ClientLeft())
    if (end === 'cut') this.#options.exchange.cut()
    this.#settle({
      sent,
      end,
      fault,
      status: this.#status,
      requestBytes: this.#options.sentBytes(),
      responseBytes: this.#responseBytes,
      upstreamMs: this.#upstreamMs,
    })
  }
}

function leaked(): Fault {
  return new Fault('UPSTREAM_LEAKED_KEY', 'the answer held an injected value')
}

/**
 * It was asked for as it is (`Accept-Encoding: identity`). What is compressed all the same cannot be searched without
 * being unpacked, and unpacking what a stranger packed costs memory without a bound: so it does not pass.
 */
function compressed(coding: string): Fault {
  const say = `The provider compressed its answer (${coding}) though it was asked not to, so it cannot be searched for the key. Turn scrubbing off for this service if that is its way.`
  return new Fault('UPSTREAM_UNREACHABLE', 'an answer in a content coding that was not asked for', { say })
}
