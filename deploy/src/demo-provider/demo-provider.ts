import { randomBytes } from 'node:crypto'
import http from 'node:http'
import { completion, completionEvents, parseChatRequest } from './chat-completions.js'

/** A request as the provider received it, with everything masked that could be a key. */
interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** The prefix of the demo's keys. Any key with it is accepted, so that a replacement can be tried. */
const DEMO_KEY = /^sk-demo-[A-Za-z0-9_-]{16,}$/

const LIMITS = {
  bodyBytesMax: 1024 * 1024,
  /** The number of requests that are kept, for people who want to see what arrived. */
  seenMax: 20,
  /** Pause between two tokens, so that people can watch the streaming. */
  tokenMs: 40,
} as const

/**
 * A stand-in for a provider: OpenAI's chat completions, plain and streamed, on loopback. It checks the key like the
 * real one, and shows at `/_demo/requests` what it received.
 */
export function createDemoProvider(): http.Server {
  const seen: SeenRequest[] = []
  return http.createServer((request, response) => {
    if (request.url === '/_demo/requests') return sendJson(response, 200, { items: seen })
    if (request.url === '/healthz') return sendJson(response, 200, { status: 'ok' })
    seen.push(asSeen(request))
    if (seen.length > LIMITS.seenMax) seen.shift()
    answer(request, response).catch(() => response.destroy())
  })
}

async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (!DEMO_KEY.test(key)) return sendError(response, 401, 'invalid_api_key', 'Incorrect API key provided.')
  if (request.url === '/v1/models')
    return sendJson(response, 200, {
      object: 'list',
      data: [{ id: 'demo', object: 'model', created: 0, owned_by: 'demo' }],
    })
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
    return sendError(response, 404, 'unknown_url', `Unknown request URL: ${request.method ?? ''} ${request.url ?? ''}`)
  }
  const chat = parseChatRequest(await readBody(request))
  if (chat === undefined)
    return sendError(response, 400, 'invalid_request', 'This is not a chat completion: `messages` is missing.')
  const id = `chatcmpl-${randomBytes(8).toString('hex')}`
  if (!chat.stream) return sendJson(response, 200, completion(chat, id))
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  for (const event of completionEvents(chat, id)) {
    if (response.destroyed) return
    response.write(event)
    await new Promise((resolve) => setTimeout(resolve, LIMITS.tokenMs))
  }
  response.end()
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > LIMITS.bodyBytesMax) throw new Error('too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function asSeen(request: http.IncomingMessage): SeenRequest {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, maskHeader(name, String(value))])
  return { method: request.method ?? '', path: request.url ?? '', headers: Object.fromEntries(headers) }
}

/** Fields whose values are shown. Any other field could hold a key. */
const PLAIN = new Set([
  'host',
  'accept',
  'accept-encoding',
  'content-type',
  'content-length',
  'transfer-encoding',
  'connection',
  'user-agent',
  'accept-language',
  'sec-fetch-mode',
])

function maskHeader(name: string, value: string): string {
  if (PLAIN.has(name)) return value
  return value.replace(
    /^(Bearer |Basic )?(sk-|pma_)?.*$/s,
    (_all, scheme = '', prefix = '') => `${scheme}${prefix}****...****`,
  )
}

function sendJson(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-request-id': `demo-${randomBytes(6).toString('hex')}`,
  })
  response.end(JSON.stringify(body))
}

function sendError(response: http.ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { error: { message, type: 'invalid_request_error', param: null, code } })
}
