import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Dispatcher, Pool } from 'undici'

/** The proxy's own bound for a body that is forwarded as one buffer. */
const WHOLE_BYTES_MAX = 64 * 1024

/** Fields that concern the client's connection only, and are not forwarded. */
const DROPPED: ReadonlySet<string> = new Set(['host', 'connection', 'content-length', 'transfer-encoding'])

/**
 * `documented`: the API that undici's documentation describes today. `fastest`: undici's deprecated callbacks, which
 * the proxy uses as well.
 */
export type Callbacks = 'documented' | 'fastest'

/**
 * The yardstick: what a proxy on `node:http` and undici must do at least. No credential, limit, record, secret or
 * check.
 */
export function createPassThrough(origin: string, ca: string | null, how: Callbacks): Server {
  const passing = (outgoing: ServerResponse): Dispatcher.DispatchHandler =>
    how === 'fastest' ? new PassingFastest(outgoing) : new Passing(outgoing)
  const pool = new Pool(origin, {
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 15_000,
    ...(ca === null ? {} : { connect: { ca } }),
  })
  return createServer({ noDelay: true, keepAliveTimeout: 75_000 }, (incoming, outgoing) => {
    const length = Number(incoming.headers['content-length'] ?? 0)
    if (length > WHOLE_BYTES_MAX) send(pool, incoming, passing(outgoing), incoming, length)
    else withWhole(incoming, (body) => send(pool, incoming, passing(outgoing), body, length))
  })
}

function withWhole(incoming: IncomingMessage, then: (body: Buffer | null) => void): void {
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  incoming.on('end', () => then(chunks.length < 2 ? (chunks[0] ?? null) : Buffer.concat(chunks)))
}

function send(
  pool: Pool,
  incoming: IncomingMessage,
  handler: Dispatcher.DispatchHandler,
  body: Buffer | IncomingMessage | null,
  length: number,
): void {
  const headers = withoutDropped(incoming.rawHeaders)
  if (body === incoming) headers.push('content-length', String(length))
  const method = (incoming.method ?? 'GET') as Dispatcher.HttpMethod
  pool.dispatch({ path: incoming.url ?? '/', method, headers, body }, handler)
}

class Passing implements Dispatcher.DispatchHandler {
  readonly #outgoing: ServerResponse

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing
  }

  onRequestStart(): void {}

  onResponseStart({ rawHeaders }: Dispatcher.DispatchController, status: number): void {
    this.#outgoing.writeHead(status, answerFields(Array.isArray(rawHeaders) ? rawHeaders : []))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#outgoing.write(chunk)) return
    controller.pause()
    this.#outgoing.once('drain', () => controller.resume())
  }

  onResponseEnd(): void {
    this.#outgoing.end()
  }

  onResponseError(): void {
    this.#outgoing.destroy()
  }
}

/** Uses undici's deprecated callbacks, which build no object from an answer's fields: the fastest way that is known. */
class PassingFastest implements Dispatcher.DispatchHandler {
  readonly #outgoing: ServerResponse
  #resume: () => void = () => {}

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing
  }

  onConnect(): void {}

  onHeaders(status: number, raw: readonly Buffer[], resume: () => void): boolean {
    this.#resume = resume
    this.#outgoing.writeHead(status, answerFields(raw))
    return true
  }

  onData(chunk: Buffer): boolean {
    if (this.#outgoing.write(chunk)) return true
    this.#outgoing.once('drain', this.#resume)
    return false
  }

  onComplete(): void {
    this.#outgoing.end()
  }

  onError(): void {
    this.#outgoing.destroy()
  }
}

function answerFields(raw: readonly (Buffer | string)[]): string[] {
  return withoutDropped(
    raw.map((item) => item.toString('latin1')),
    KEPT_OF_ANSWERS,
  )
}

/** The length of an answer is forwarded unchanged. */
const KEPT_OF_ANSWERS: ReadonlySet<string> = new Set(['content-length'])
const NONE: ReadonlySet<string> = new Set()

function withoutDropped(pairs: readonly string[], kept: ReadonlySet<string> = NONE): string[] {
  const passed: string[] = []
  for (let at = 0; at < pairs.length; at += 2) {
    const name = (pairs[at] ?? '').toLowerCase()
    if (!DROPPED.has(name) || kept.has(name)) passed.push(pairs[at] ?? '', pairs[at + 1] ?? '')
  }
  return passed
}
