import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

const LIMITS = {
  /** Time between two events of a stream. */
  everyMs: 100,
  /** The length of a stream that no client ends. */
  eventsMax: 3_000,
} as const

/** Random bytes, like a picture: few runs of token characters in them. */
const LARGE = randomBytes(10 * 1024 * 1024)

export const HUGE_BYTES = 1024 * 1024 * 1024

/** `GET …/events`, `GET …/large`, `GET …/huge`, and `POST` of anything. */
export function createStreamUpstream(): Server {
  return createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    if (incoming.method === 'POST') return receive(incoming, outgoing)
    if (incoming.url?.endsWith('/events') === true) return sendEvents(outgoing)
    if (incoming.url?.endsWith('/huge') === true) return sendHuge(outgoing)
    outgoing.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': LARGE.length })
    outgoing.end(LARGE)
  })
}

function receive(incoming: IncomingMessage, outgoing: ServerResponse): void {
  incoming.on('end', () => {
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 })
    outgoing.end('{}')
  })
  incoming.resume()
}

function sendHuge(outgoing: ServerResponse): void {
  outgoing.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': HUGE_BYTES })
  let left = HUGE_BYTES
  const send = (): void => {
    while (left > 0) {
      const piece = LARGE.subarray(0, Math.min(LARGE.length, left))
      left -= piece.length
      if (!outgoing.write(piece)) return void outgoing.once('drain', send)
    }
    outgoing.end()
  }
  send()
}

/** Each event says when it was sent, by a clock that all processes of the machine share. */
function sendEvents(outgoing: ServerResponse): void {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream' })
  let sent = 0
  const send = (): void => {
    sent += 1
    outgoing.write(`data: {"sentNs":${process.hrtime.bigint()},"text":"word word word"}\n\n`)
    if (sent >= LIMITS.eventsMax) outgoing.end()
  }
  send()
  const ticker = setInterval(send, LIMITS.everyMs)
  outgoing.on('close', () => clearInterval(ticker))
}
