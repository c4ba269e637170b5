import type Anthropic from '@anthropic-ai/sdk'
import type { GoogleGenAI } from '@google/genai'
import { describe, expect, it } from '@jest/globals'
import type OpenAI from 'openai'
import type Stripe from 'stripe'
import { PASSED } from './sdk-answers.js'

/**
 * Each SDK twice: with the provider's key directly to the stand-in, and with the app's credential through the proxy.
 */
export interface SdkPairs {
  readonly openai: Pair<OpenAI>
  readonly anthropic: Pair<Anthropic>
  readonly gemini: Pair<GoogleGenAI>
  readonly stripe: Pair<Stripe>
}

export interface Pair<Client> {
  readonly direct: Client
  readonly through: Client
}

const LIMITS = {
  /** The SDK's own time-out, for a call that is never answered. */
  timeoutMs: 300,
} as const

const ASK = { messages: [{ role: 'user' as const, content: 'hi' }] }
const OPENAI_STREAM = { ...ASK, model: 'endless', stream: true } as const
const ANTHROPIC_STREAM = { ...ASK, model: 'endless', max_tokens: 10, stream: true } as const

type Surfaces<Client> = Readonly<Record<string, (client: Client) => Promise<unknown>>>

/** Requests as they arrive at the provider. */
const requests = (path: string): Surfaces<OpenAI | Anthropic> => ({
  'a query of lists, trees and signs, fields twice and in any case, a body': (client) =>
    client.post(`${path}/all`, {
      query: { include: ['a', 'b'], tree: { leaf: 'ü&=+ %' }, empty: '' },
      headers: { 'X-Beta': 'one, two', 'Idempotency-Key': 'key-1', 'X-Empty': '' },
      body: { text: 'ü\u2028', list: [] },
    }),
  'a request without a body': (client) => client.post(`${path}/batch_1/cancel`),
  'a deletion, of what has signs in its name': (client) => client.delete(`${path}/ft:gpt-4o:org::a%20b%C3%BC`),
  'a deletion with a body': (client) => client.delete(path, { body: { ids: ['a'] } }),
  'a form of files and lists': async (client) => {
    const form = new FormData()
    form.append('file', new File([new Uint8Array([0, 13, 10, 255])], 'ü "1".bin', { type: 'audio/wav' }))
    for (const item of ['word', 'segment']) form.append('granularities[]', item)
    return client.post(path, { body: form })
  },
})

const openai: Surfaces<OpenAI> = {
  ...requests('/echo'),
  'pages, followed to the last': async (client) => collect(client.files.list({ limit: 2 }), ({ id }) => id),
  'the fields of an answer': async (client) =>
    (await client.models.list().withResponse()).response.headers.get('x-request-id'),
  'a file’s bytes': async (client) => (await client.files.content('file_1')).text(),
  'a 429 that is tried again after as long as it says': (client) =>
    client.chat.completions.create({ ...ASK, model: 'flaky' }),
  'a stream that is left': async (client) =>
    first(await client.chat.completions.create(OPENAI_STREAM), ({ choices }) => choices[0]?.delta.content),
  'an abort': async (client) => {
    const controller = new AbortController()
    const stream = await client.chat.completions.create(OPENAI_STREAM, { signal: controller.signal })
    return collect(stream, () => controller.abort())
  },
  'no answer in time': (client) =>
    client.chat.completions.create({ ...ASK, model: 'silent' }, { timeout: LIMITS.timeoutMs, maxRetries: 0 }),
  ...errors((client: OpenAI, status) =>
    client.chat.completions.create({ ...ASK, model: `status-${status}` }, { maxRetries: 0 }),
  ),
}

const anthropic: Surfaces<Anthropic> = {
  ...requests('/v1/echo'),
  'pages, followed to the last': async (client) => collect(client.models.list({ limit: 2 }), ({ id }) => id),
  'the fields of an answer': async (client) => (await client.models.list().withResponse()).request_id,
  'a 429 that is tried again after as long as it says': (client) =>
    client.messages.create({ ...ASK, model: 'flaky', max_tokens: 10 }),
  'the helper for streams': async (client) =>
    client.messages.stream({ ...ASK, model: 'demo', max_tokens: 10 }).finalText(),
  'a stream that is left': async (client) => first(await client.messages.create(ANTHROPIC_STREAM), ({ type }) => type),
  'an abort': async (client) => {
    const controller = new AbortController()
    const stream = await client.messages.create(ANTHROPIC_STREAM, { signal: controller.signal })
    return collect(stream, () => controller.abort())
  },
  'no answer in time': (client) =>
    client.messages.create({ ...ASK, model: 'silent', max_tokens: 10 }, { timeout: LIMITS.timeoutMs, maxRetries: 0 }),
  ...errors((client: Anthropic, status) =>
    client.messages.create({ ...ASK, model: `status-${status}`, max_tokens: 10 }, { maxRetries: 0 }),
  ),
}

const gemini: Surfaces<GoogleGenAI> = {
  'pages, followed to the last': async (client) =>
    collect(await client.models.list({ config: { pageSize: 2 } }), ({ name }) => name),
  'the fields of an answer': async (client) =>
    (await client.models.generateContent({ model: 'demo', contents: 'hi' })).sdkHttpResponse?.headers?.['x-request-id'],
  'a chat of two turns': async (client) => {
    const chat = client.chats.create({ model: 'demo' })
    await chat.sendMessage({ message: 'hi' })
    return collect(await chat.sendMessageStream({ message: 'again' }), ({ text }) => text)
  },
  'a stream that is left': async (client) =>
    first(await client.models.generateContentStream({ model: 'endless', contents: 'hi' }), ({ text }) => text),
  'an abort': async (client) => {
    const controller = new AbortController()
    const config = { abortSignal: controller.signal }
    const stream = await client.models.generateContentStream({ model: 'endless', contents: 'hi', config })
    return collect(stream, () => controller.abort())
  },
  'no answer in time': (client) =>
    client.models.generateContent({
      model: 'silent',
      contents: 'hi',
      config: { httpOptions: { timeout: LIMITS.timeoutMs } },
    }),
  ...errors((client: GoogleGenAI, status) =>
    client.models.generateContent({ model: `status-${status}`, contents: 'hi' }),
  ),
}

const stripe: Surfaces<Stripe> = {
  'pages, followed to the last': async (client) => collect(client.customers.list({ limit: 2 }), ({ id }) => id),
  'the fields of an answer': async (client) => (await client.customers.list()).lastResponse.requestId,
  'nested parameters, a key against doing it twice, another account': async (client) =>
    client.customers.create(
      { metadata: { a: 'b&c=d' }, address: { line1: 'x' }, preferred_locales: ['en', 'de'] },
      { idempotencyKey: 'key-1', stripeAccount: 'acct_1' },
    ),
  'no answer in time': (client) =>
    client.customers.retrieve('silent', {}, { timeout: LIMITS.timeoutMs, maxNetworkRetries: 0 }),
  ...errors((client: Stripe, status) => client.customers.retrieve(`status-${status}`, {}, { maxNetworkRetries: 0 })),
}

function errors<Client>(failing: (client: Client, status: number) => Promise<unknown>): Surfaces<Client> {
  return Object.fromEntries(PASSED.map((status) => [`a ${status}`, (client: Client) => failing(client, status)]))
}

/** A user of an SDK must see the same through the proxy as without it. */
export function describeSdkParity(started: () => SdkPairs): void {
  describe('an SDK shows its user the same through the proxy as without it', () => {
    it.each(Object.keys(openai))('openai: %s', (name) => same(started().openai, openai[name]))
    it.each(Object.keys(anthropic))('anthropic: %s', (name) => same(started().anthropic, anthropic[name]))
    it.each(Object.keys(gemini))('gemini: %s', (name) => same(started().gemini, gemini[name]))
    it.each(Object.keys(stripe))('stripe: %s', (name) => same(started().stripe, stripe[name]))
  })
}

async function same<Client>(
  { direct, through }: Pair<Client>,
  call: Surfaces<Client>[string] | undefined,
): Promise<void> {
  if (call === undefined) throw new Error('no such call')
  const expected = await outcomeOf(call(direct))
  expect(await outcomeOf(call(through))).toEqual(expected)
  // A call that fails without the proxy as well shows nothing.
  expect(expected).not.toMatchObject({ thrown: 'TypeError' })
}

/** The answer, or the properties by which a user's code tells errors apart: class, status and message. */
async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return { answer: JSON.parse(JSON.stringify((await work) ?? null)) }
  } catch (err) {
    const [name, words] = err instanceof Error ? [err.constructor.name, err.message] : ['', String(err)]
    const of = (key: string): unknown => (typeof err === 'object' && err !== null ? Reflect.get(err, key) : undefined)
    return { thrown: name, words, status: of('status') ?? of('statusCode'), type: of('type'), code: of('code') }
  }
}

async function collect<Item>(items: AsyncIterable<Item>, read: (item: Item) => unknown): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const item of items) all.push(read(item))
  return all
}

/** Reads the first item and stops. */
async function first<Item>(items: AsyncIterable<Item>, read: (item: Item) => unknown): Promise<unknown> {
  for await (const item of items) return read(item)
  return 'nothing'
}
