/** The parts of an OpenAI chat completions request that the demo provider reads. */
export interface ChatRequest {
  readonly model: string
  readonly stream: boolean
  readonly said: string
}

/** @returns undefined where the text is not such a request. */
export function parseChatRequest(text: string): ChatRequest | undefined {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof body !== 'object' || body === null || !('messages' in body) || !Array.isArray(body.messages))
    return undefined
  const last: unknown = body.messages.at(-1)
  return {
    model: 'model' in body && typeof body.model === 'string' ? body.model : 'demo',
    stream: 'stream' in body && body.stream === true,
    said: typeof last === 'object' && last !== null && 'content' in last ? String(last.content) : '',
  }
}

const WORDS_MAX = 40

/** The demo provider's answer, one word a token. */
function answerTokens({ said }: ChatRequest): readonly string[] {
  const heard = said.split(/\s+/).slice(0, WORDS_MAX).join(' ')
  return `You said: "${heard}". The key came with your request, and your app never had it.`.split(/(?<= )/)
}

/** The answer that is not streamed. */
export function completion(request: ChatRequest, id: string): unknown {
  const content = answerTokens(request).join('')
  return {
    id,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: [
      { index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: request.said.length, completion_tokens: answerTokens(request).length, total_tokens: 0 },
  }
}

/** The streamed answer, event by event. */
export function* completionEvents(request: ChatRequest, id: string): Generator<string> {
  const event = (delta: object, finishReason: string | null): string => {
    const chunk = {
      id,
      object: 'chat.completion.chunk',
      created: Math.floor(Date.now() / 1000),
      model: request.model,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    }
    return `data: ${JSON.stringify(chunk)}\n\n`
  }
  yield event({ role: 'assistant', content: '' }, null)
  for (const token of answerTokens(request)) yield event({ content: token }, null)
  yield event({}, 'stop')
  yield 'data: [DONE]\n\n'
}
