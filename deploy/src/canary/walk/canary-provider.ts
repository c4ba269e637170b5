import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** A provider that misbehaves in many ways. It is told which value each service injects. */
export interface CanaryProvider {
  readonly origin: string
  /** The value to expect in requests to `/v/{number}/…` from now on. */
  expect(number: number, value: string): void
  /** Values that have arrived, each while it was the expected one. */
  readonly arrived: ReadonlySet<string>
  stop(): Promise<void>
}

/** How the provider answers `/v/{number}/{manner}`. */
type Manner = (response: http.ServerResponse, value: string) => void

const HEADER_BYTES_MAX = 256 * 1024

const json = (response: http.ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

/** Writes the text in two pieces, cut in the middle. */
const inTwo = (response: http.ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain' })
  response.write(text.slice(0, text.length / 2))
  setImmediate(() => response.end(text.slice(text.length / 2)))
}

/** Answers that contain the value, in each encoding that the proxy searches for. */
const LEAKS = {
  raw: (response, value) => inTwo(response, 200, `your key is ${value}.`),
  url: (response, value) => inTwo(response, 200, `key=${encodeURIComponent(value)}&x=1`),
  json: (response, value) => json(response, 400, { error: { message: 'wrong', key: value } }),
  base64: (response, value) => inTwo(response, 500, Buffer.from(value).toString('base64')),
  base64url: (response, value) => inTwo(response, 418, Buffer.from(value).toString('base64url')),
  location: (response, value) => {
    response.writeHead(302, { location: `/v/x?key=${encodeURIComponent(value)}` })
    response.end()
  },
  field: (response, value) => {
    response.writeHead(200, { 'x-echo': Buffer.from(value).toString('base64url') })
    response.end('ok')
  },
  charset: (response, value) => {
    response.writeHead(200, { 'content-type': `text/plain; charset=${encodeURIComponent(value)}` })
    response.end('ok')
  },
  coding: (response, value) => {
    response.writeHead(200, { 'content-encoding': encodeURIComponent(value) })
    response.end('ok')
  },
  event: (response, value) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: 1\n\n')
    response.end(`data: ${JSON.stringify({ value })}\n\n`)
  },
} satisfies Record<string, Manner>

const OTHERS = {
  ok: (response) => json(response, 200, { ok: true }),
  // The proxy does not pass on a provider's 401 or 403, so these may contain the value.
  refused: (response, value) => json(response, 401, { error: { message: `wrong key ${value}` } }),
  forbidden: (response, value) => inTwo(response, 403, `not for ${Buffer.from(value).toString('hex')}`),
  limited: (response) => {
    response.writeHead(429, { 'retry-after': '1' })
    response.end()
  },
  broken: (response) => json(response, 500, { error: 'internal' }),
  silent: () => undefined,
  cut: (response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '99' })
    response.write('half', () => response.destroy())
  },
  desynchronised: (response) =>
    void response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'),
  // The proxy never passes this field on, so it is not searched.
  transferCoding: (response, value) =>
    void response.socket?.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${encodeURIComponent(value)}\r\n\r\n`),
  endless: (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: 1\n\n')
  },
} satisfies Record<string, Manner>

type LeakName = keyof typeof LEAKS
export type MannerName = LeakName | keyof typeof OTHERS

export const LEAK_MANNERS: readonly LeakName[] = [
  'raw',
  'url',
  'json',
  'base64',
  'base64url',
  'location',
  'field',
  'charset',
  'coding',
  'event',
]
const MANNERS: ReadonlyMap<string, Manner> = new Map(Object.entries({ ...LEAKS, ...OTHERS }))

export async function startCanaryProvider(): Promise<CanaryProvider> {
  const values = new Map<number, string>()
  const arrived = new Set<string>()
  const server = http.createServer({ maxHeaderSize: HEADER_BYTES_MAX }, (request, response) => {
    const [, digits = '', manner = ''] = /\/v\/(\d+)\/(\w+)/.exec(request.url ?? '') ?? []
    const value = values.get(Number(digits)) ?? ''
    if (value !== '' && whatCame(request).includes(value)) arrived.add(value)
    request.resume()
    request.once('end', () => (MANNERS.get(manner) ?? OTHERS.ok)(response, value))
  })
  server.on('clientError', (_cause, socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    expect: (number, value) => void values.set(number, value),
    arrived,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Header fields, Basic credentials and the target, decoded as a provider decodes them. */
function whatCame({ url = '', rawHeaders, headers }: http.IncomingMessage): string {
  const basic = Buffer.from(headers.authorization?.replace(/^Basic /, '') ?? '', 'base64').toString('utf8')
  const query = [...new URL(url, 'http://canary.invalid').searchParams.values()]
  return [...rawHeaders, basic, ...query, url].join('\n')
}
