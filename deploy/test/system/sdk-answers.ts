import type { Answer, Received } from './stand-in.js'

/** Statuses of a provider that the proxy passes on unchanged. */
export const PASSED = [400, 404, 422, 429, 500, 503] as const

/** `status-404` anywhere in the path or the body asks for that status. */
function scenario({ path, body }: Received): number | undefined {
  const asked = /status-(\d{3})/.exec(`${path} ${body.toString('latin1')}`)?.[1]
  return asked === undefined ? undefined : Number(asked)
}

/** The answer to the first try of a `flaky` request. SDKs that count their tries say which one it is. */
const FLAKY: Answer = {
  status: 429,
  headers: { 'retry-after': '0', 'retry-after-ms': '1' },
  body: { error: { message: 'flaky' } },
}

const isFirstTry = ({ headers, body }: Received): boolean =>
  body.includes('"flaky"') && headers['x-stainless-retry-count'] === '0'

/** A `silent` request is never answered; the answer to an `endless` one begins and does not continue. */
const asks = ({ path, body }: Received, word: string): boolean => `${path} ${body.toString('latin1')}`.includes(word)
const SILENT: Answer = { stays: true }

/** Two pages of a list. The first page says how to ask for the second. */
const page = <Item>(request: Received, items: readonly Item[]): readonly Item[] =>
  /[?&](?:after|after_id|starting_after|pageToken)=/.test(request.path) ? items.slice(2) : items.slice(0, 2)

/**
 * Fields that belong to the connection, to the key, or to the encodings that a scrubbed answer may have, and not to the
 * request itself.
 */
const OURS = new Set(['host', 'connection', 'authorization', 'x-api-key', 'accept-encoding'])

/** Answers `…/echo…` with the request as it arrived, without its boundary, which differs each time. */
function echo({ method, path, rawHeaders, body }: Received): Answer {
  const fields: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    if (!OURS.has(name.toLowerCase())) fields.push(`${name}: ${value}`)
  }
  const text = body.toString('latin1')
  const boundary = /^--(\S+)\r\n/.exec(text)?.[1]
  const asked = [`${method} ${path}`, ...fields.sort(), text]
  return {
    body: { asked: boundary === undefined ? asked : asked.map((line) => line.replaceAll(boundary, 'BOUNDARY')) },
  }
}

export function openaiAnswers(request: Received): Answer {
  const status = scenario(request)
  if (isFirstTry(request)) return FLAKY
  if (asks(request, 'silent')) return SILENT
  if (asks(request, '/echo')) return echo(request)
  if (status !== undefined)
    return { status, body: { error: { message: `scenario ${status}`, type: 'scenario', code: null } } }
  if (request.path === '/v1/models') return { body: { object: 'list', data: [{ id: 'one' }, { id: 'two' }] } }
  if (request.path.endsWith('/content')) return { headers: { 'content-type': 'text/plain' }, body: 'bytes of a file' }
  if (request.method === 'GET' && request.path.startsWith('/v1/files')) {
    const data = page(request, [{ id: 'file_1' }, { id: 'file_2' }, { id: 'file_3' }])
    return { body: { object: 'list', data, has_more: data.length === 2 } }
  }
  if (request.path === '/v1/files') return { body: { id: 'file_1', object: 'file', filename: fileName(request) } }
  const base = { id: 'c', created: 1, model: 'demo' }
  if (!request.body.includes('"stream":true')) {
    return {
      body: {
        ...base,
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
      },
    }
  }
  const delta = (content: string): string => {
    return `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`
  }
  if (asks(request, 'endless')) return { events: [delta('hel')], stays: true }
  return { events: [delta('hel'), delta('lo'), 'data: [DONE]\n\n'] }
}

export function anthropicAnswers(request: Received): Answer {
  const status = scenario(request)
  if (isFirstTry(request)) return FLAKY
  if (asks(request, 'silent')) return SILENT
  if (asks(request, '/echo')) return echo(request)
  if (status !== undefined)
    return { status, body: { type: 'error', error: { type: 'scenario', message: `scenario ${status}` } } }
  if (request.path.startsWith('/v1/models')) {
    const all = ['one', 'two', 'three'].map((id) => ({ id, type: 'model' }))
    const data = request.path.includes('limit=') ? page(request, all) : all.slice(0, 2)
    const has_more = request.path.includes('limit=') && data.length === 2
    return { body: { data, has_more, first_id: data[0]?.id, last_id: data.at(-1)?.id } }
  }
  if (request.path.startsWith('/v1/files')) return { body: { id: 'file_1', type: 'file', filename: fileName(request) } }
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'demo',
    stop_reason: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  }
  if (!request.body.includes('"stream":true'))
    return { body: { ...message, content: [{ type: 'text', text: 'hello' }] } }
  const event = (type: string, data: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
  const text = (words: string): string =>
    event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: words } })
  if (asks(request, 'endless'))
    return { events: [event('message_start', { message: { ...message, content: [] } })], stays: true }
  return {
    events: [
      event('message_start', { message: { ...message, content: [] } }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      text('hel'),
      text('lo'),
      event('content_block_stop', { index: 0 }),
      event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } }),
      event('message_stop', {}),
    ],
  }
}

export function geminiAnswers(request: Received): Answer {
  const status = scenario(request)
  if (asks(request, 'silent')) return SILENT
  if (status !== undefined)
    return { status, body: { error: { code: status, message: `scenario ${status}`, status: 'SCENARIO' } } }
  if (request.path.startsWith('/upload/')) return uploadAnswer(request)
  if (request.path.startsWith('/v1beta/files')) return fileAnswer(request)
  if (request.method === 'GET') {
    const models = page(request, [{ name: 'models/one' }, { name: 'models/two' }, { name: 'models/three' }])
    const next = request.path.includes('pageSize=2') && models.length === 2 ? { nextPageToken: 'next' } : {}
    return { body: { models, ...next } }
  }
  const part = (text: string) => ({ candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] } }] })
  if (!request.path.includes('streamGenerateContent')) return { body: part('hello') }
  if (asks(request, 'endless')) return { events: [`data: ${JSON.stringify(part('hel'))}\r\n\r\n`], stays: true }
  return { events: ['hel', 'lo'].map((text) => `data: ${JSON.stringify(part(text))}\r\n\r\n`) }
}

/** A resumable upload: the address for the bytes is absolute, and the provider's own. */
function uploadAnswer(request: Received): Answer {
  const command = String(request.headers['x-goog-upload-command'])
  if (command === 'start') {
    const address = addressOf(request, `${request.path}?upload_id=AbC-1_2&upload_protocol=resumable`)
    const headers = { 'x-goog-upload-url': address, 'x-goog-upload-control-url': address }
    return { headers: { ...headers, 'x-goog-upload-status': 'active' } }
  }
  const status = command.includes('finalize') ? 'final' : 'active'
  return { headers: { 'x-goog-upload-status': status }, body: { file: { name: 'files/a', state: 'ACTIVE' } } }
}

function fileAnswer(request: Received): Answer {
  const file = { name: 'files/a', state: 'ACTIVE' }
  if (request.path.endsWith('/moved'))
    return { status: 307, headers: { location: addressOf(request, '/v1beta/files/a') } }
  return { body: request.path.endsWith('/a') ? file : { files: [file, { ...file, name: 'files/b' }] } }
}

/** As the provider itself would write it. */
const addressOf = ({ headers }: Received, target: string): string => `http://${headers.host}${target}`

export function stripeAnswers(request: Received): Answer {
  const status = scenario(request)
  if (asks(request, 'silent')) return SILENT
  if (status !== undefined)
    return { status, body: { error: { type: 'invalid_request_error', message: `scenario ${status}` } } }
  if (request.path.startsWith('/v1/files'))
    return { body: { id: 'file_1', object: 'file', filename: fileName(request) } }
  if (request.path.endsWith('/pdf')) return { headers: { 'content-type': 'application/pdf' }, body: '%PDF-1.7 pages' }
  if (request.method === 'GET') {
    const data = page(request, [{ id: 'cus_1' }, { id: 'cus_2' }, { id: 'cus_3' }])
    return { body: { object: 'list', has_more: data.length === 2, url: '/v1/customers', data } }
  }
  // Repeats the fields exactly as they arrived.
  const { 'idempotency-key': key, 'stripe-account': account } = request.headers
  const metadata = { asked: request.body.toString('utf8'), key, account }
  return { body: { id: 'cus_1', object: 'customer', metadata } }
}

function fileName({ body }: Received): string {
  return /filename="([^"]*)"/.exec(body.toString('latin1'))?.[1] ?? ''
}
