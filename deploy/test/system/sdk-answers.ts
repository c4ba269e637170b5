import type { Answer, Received } from './stand-in.js'

/** What a provider answers by itself, and passes through unchanged. */
export const PASSED = [400, 404, 422, 429, 500, 503] as const

/** `status-404` anywhere in the path or the body asks for that status. */
function scenario({ path, body }: Received): number | undefined {
  const asked = /status-(\d{3})/.exec(`${path} ${body.toString('latin1')}`)?.[1]
  return asked === undefined ? undefined : Number(asked)
}

export function openaiAnswers(request: Received): Answer {
  const status = scenario(request)
  if (status !== undefined)
    return { status, body: { error: { message: `scenario ${status}`, type: 'scenario', code: null } } }
  if (request.path === '/v1/models') return { body: { object: 'list', data: [{ id: 'one' }, { id: 'two' }] } }
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
  return { events: [delta('hel'), delta('lo'), 'data: [DONE]\n\n'] }
}

export function anthropicAnswers(request: Received): Answer {
  const status = scenario(request)
  if (status !== undefined)
    return { status, body: { type: 'error', error: { type: 'scenario', message: `scenario ${status}` } } }
  if (request.path.startsWith('/v1/models'))
    return {
      body: {
        data: [
          { id: 'one', type: 'model' },
          { id: 'two', type: 'model' },
        ],
        has_more: false,
        first_id: 'one',
        last_id: 'two',
      },
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
  if (status !== undefined)
    return { status, body: { error: { code: status, message: `scenario ${status}`, status: 'SCENARIO' } } }
  if (request.path.startsWith('/upload/')) return uploadAnswer(request)
  if (request.path.startsWith('/v1beta/files')) return fileAnswer(request)
  if (request.method === 'GET') return { body: { models: [{ name: 'models/one' }, { name: 'models/two' }] } }
  const part = (text: string) => ({ candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] } }] })
  if (!request.path.includes('streamGenerateContent')) return { body: part('hello') }
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
  if (status !== undefined)
    return { status, body: { error: { type: 'invalid_request_error', message: `scenario ${status}` } } }
  if (request.path.startsWith('/v1/files'))
    return { body: { id: 'file_1', object: 'file', filename: fileName(request) } }
  if (request.path.endsWith('/pdf')) return { headers: { 'content-type': 'application/pdf' }, body: '%PDF-1.7 pages' }
  if (request.method === 'GET')
    return { body: { object: 'list', has_more: false, data: [{ id: 'cus_1' }, { id: 'cus_2' }] } }
  return { body: { id: 'cus_1', object: 'customer' } }
}

function fileName({ body }: Received): string {
  return /filename="([^"]*)"/.exec(body.toString('latin1'))?.[1] ?? ''
}
