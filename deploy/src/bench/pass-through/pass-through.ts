import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Dispatcher, Pool } from 'undici'

/** The proxy's own bound for a body that is handed over as one buffer. */
const WHOLE_BYTES_MAX = 64 * 1024

/** Fields of the connection to us. */
const DROPPED: ReadonlySet<string> = new Set(['host', 'connection', 'content-length', 'transfer-encoding'])

/**
 * The yardstick: what a proxy of `node:http` and undici cannot do without, and nothing else. No credential, no limit, no
 * record, no secret, no check.
 */
export function createPassThrough(origin: string, ca: string | null): Server {
  const pool = new Pool(origin, {
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 15_000,
    ...(ca === null ? {} : { connect: { ca } }),
  })
  return createServer({ noDelay: true, keepAliveTimeout: 75_000 }, (incoming, outgoing) => {
    const length = Number(incoming.headers['content-length'] ?? 0)
    if (length > WHOLE_BYTES_MAX) send(pool, incoming, outgoing, incoming, length)
    else withWhole(incoming, (body) => send(pool, incoming, outgoing, body, length))
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
  outgoing: ServerResponse,
  body: Buffer | IncomingMessage | null,
  length: number,
): void {
  const headers = withoutDropped(incoming.rawHeaders)
  if (body === incoming) headers.push('content-length', String(length))
  const method = (incoming.method ?? 'GET') as Dispatcher.HttpMethod
  pool.dispatch({ path: incoming.url ?? '/', method, headers, body }, new Passing(outgoing))
}

/** By the older callbacks, as the proxy: an object of every answer's header would make the yardstick slower. */
class Passing implements Dispatcher.DispatchHandler {
  readonly #outgoing: ServerResponse
  #resume: () => void = () => {}

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing
  }

  onConnect(): void {}

  onHeaders(status: number, raw: readonly Buffer[], resume: () => void): boolean {
    this.#resume = resume
    const fields = withoutDropped(
      raw.map((item) => item.toString('latin1')),
      KEPT_OF_ANSWERS,
    )
    this.#outgoing.writeHead(status, fields)
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

/** The length of an answer is the answer's own. */
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
