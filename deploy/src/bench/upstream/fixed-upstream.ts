import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

const BODY = JSON.stringify({
  id: 'chatcmpl-0123456789abcdefghijklmnop',
  object: 'chat.completion',
  created: 1_760_000_000,
  model: 'bench',
  choices: [{ index: 0, message: { role: 'assistant', content: 'word '.repeat(40).trim() }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 40, completion_tokens: 40, total_tokens: 80 },
})

/** As many header fields as providers send. */
const ANSWER = Buffer.from(
  [
    'HTTP/1.1 200 OK',
    'Date: Tue, 01 Sep 2026 10:00:00 GMT',
    'Content-Type: application/json',
    `Content-Length: ${BODY.length}`,
    'Connection: keep-alive',
    'X-Request-Id: req_0123456789abcdef0123456789abcdef',
    'Processing-Ms: 12',
    'Version: 2026-01-01',
    'X-Ratelimit-Limit-Requests: 10000',
    'X-Ratelimit-Remaining-Requests: 9999',
    'Strict-Transport-Security: max-age=31536000; includeSubDomains; preload',
    '',
    BODY,
  ].join('\r\n'),
  'latin1',
)

const LENGTH = /\r\ncontent-length: *(\d+)/i
const END_OF_HEAD = '\r\n\r\n'

export interface FixedUpstreamOptions {
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null
  /** How long it thinks; 0 answers at once. */
  readonly thinksMs: number
}

/**
 * Answers each request with the same bytes, once the request has arrived completely. It understands Content-Length
 * only.
 */
export function createFixedUpstream({ tls, thinksMs }: FixedUpstreamOptions): Server {
  const onSocket = (socket: Socket): void => serve(socket, thinksMs)
  return tls === null ? createTcpServer(onSocket) : createTlsServer(tls, onSocket)
}

function serve(socket: Socket, thinksMs: number): void {
  let rest: Buffer | null = null
  let bodyLeft = 0
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (fresh) => {
    const chunk: Buffer = rest === null ? fresh : Buffer.concat([rest, fresh])
    rest = null
    let at = 0
    while (at < chunk.length) {
      if (bodyLeft === 0) {
        const end = chunk.indexOf(END_OF_HEAD, at, 'latin1')
        if (end < 0) {
          rest = chunk.subarray(at)
          return
        }
        bodyLeft = Number(LENGTH.exec(chunk.toString('latin1', at, end))?.[1] ?? 0)
        at = end + END_OF_HEAD.length
      }
      const taken = Math.min(bodyLeft, chunk.length - at)
      bodyLeft -= taken
      at += taken
      if (bodyLeft > 0) continue
      if (thinksMs === 0) socket.write(ANSWER)
      else setTimeout(() => socket.write(ANSWER), thinksMs)
    }
  })
}
