import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a provider's stand-in received it. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly atMs: number
}

/** What a stand-in answers. */
export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Server-sent events, one write each, instead of a body. */
  readonly events?: readonly string[]
  /** The answer never ends; without events it never begins. */
  readonly stays?: true
}

/** A provider on loopback that checks the key and remembers every request. */
export interface StandIn {
  readonly origin: string
  readonly received: Received[]
  /** From now on accepts only requests that have one of these values as their key. */
  accept(...keys: string[]): void
  stop(): Promise<void>
}

export interface StandInOptions {
  /** Extracts the key from a request. */
  readonly keyOf: (request: Received) => string | undefined
  readonly answer: (request: Received) => Answer
}

export async function startStandIn({ keyOf, answer }: StandInOptions): Promise<StandIn> {
  const received: Received[] = []
  let accepted: ReadonlySet<string> = new Set()
  const server = http.createServer((request, response) => {
    void (async () => {
      const atMs = Date.now()
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      const { method = '', url = '', headers, rawHeaders } = request
      const one: Received = { method, path: url, headers, rawHeaders, body: Buffer.concat(chunks), atMs }
      received.push(one)
      send(
        response,
        accepted.has(keyOf(one) ?? '')
          ? answer(one)
          : { status: 401, body: { error: { message: `wrong key ${keyOf(one) ?? 'none'}` } } },
      )
    })().catch(() => response.destroy())
  })
  // Longer than a load test pauses, so that a connection is not closed while a request is on its way.
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    accept(...keys) {
      accepted = new Set(keys)
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function send(response: http.ServerResponse, { status = 200, headers = {}, body, events, stays }: Answer): void {
  if (events === undefined && stays) return
  if (events !== undefined) {
    response.writeHead(status, { 'content-type': 'text/event-stream', ...headers })
    for (const event of events) response.write(event)
    if (!stays) response.end()
    return
  }
  response.writeHead(status, {
    'content-type': 'application/json',
    'request-id': 'req_standin',
    'x-request-id': 'req_standin',
    ...headers,
  })
  response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}))
}
