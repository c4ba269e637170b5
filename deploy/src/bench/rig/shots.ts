import type { Shot } from '../load/jobs.js'

/** What an app sends to a chat API: 500 bytes of JSON, and the fields of an SDK. */
const BODY = JSON.stringify({
  model: 'bench',
  temperature: 0.2,
  messages: [{ role: 'user', content: 'word '.repeat(84) }],
}).padEnd(500)

/** The same bytes for a proxy and for the pass-through. Each of them reads the parts that it needs. */
export function jsonPost(port: number, service: string, session: string): Shot {
  const head = [
    `POST /v1/p/${service}/v1/chat/completions HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Accept: application/json',
    'Content-Type: application/json',
    'User-Agent: OpenAI/JS 6.49.0',
    'X-Stainless-Lang: js',
    'X-Stainless-Package-Version: 6.49.0',
    'X-Stainless-OS: iOS',
    'X-Stainless-Runtime: unknown',
    `Authorization: Bearer ${session}`,
    `Content-Length: ${BODY.length}`,
    '',
    BODY,
  ]
  return { port, head: head.join('\r\n'), bodyBytes: 0 }
}

/** A request without a body, for a path below the service. */
export function get(port: number, service: string, path: string, session: string): Shot {
  return { port, head: `GET /v1/p/${service}${path} HTTP/1.1\r\n${common(port, session)}\r\n\r\n`, bodyBytes: 0 }
}

/** An upload of filler. */
export function upload(port: number, service: string, session: string, bodyBytes: number): Shot {
  const length = `Content-Length: ${bodyBytes}`
  const head = `POST /v1/p/${service}/v1/files HTTP/1.1\r\n${common(port, session)}\r\n${length}\r\n\r\n`
  return { port, head, bodyBytes }
}

function common(port: number, session: string): string {
  return [`Host: 127.0.0.1:${port}`, 'Accept: */*', `Authorization: Bearer ${session}`].join('\r\n')
}
