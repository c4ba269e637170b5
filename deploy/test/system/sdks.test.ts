import http from 'node:http'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import OpenAI, { toFile } from 'openai'
import Stripe from 'stripe'
import { Agent, setGlobalDispatcher } from 'undici'
import { HOST_SUFFIX } from '../../src/system/environments.js'
import { caught } from './caught.js'
import { describeGeminiFiles } from './gemini-files.js'
import { type Provisioned, provision } from './provision.js'
import { describeInRedisModes } from './redis-modes.js'
import { type Relay, startRelay } from './relay.js'
import { anthropicAnswers, geminiAnswers, openaiAnswers, PASSED, stripeAnswers } from './sdk-answers.js'
import { describeSdkParity } from './sdk-parity.js'
import { type StandIn, startStandIn } from './stand-in.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'
import { statusOf } from './status-of.js'

/** A stand-in, what leads to it, and the key that it accepts. */
interface Provider {
  readonly standIn: StandIn
  readonly target: Provisioned
  readonly value: string
}

/**
 * How each SDK is tested: configured by base URL and the app's credential only (Stripe: by host), and without its
 * retries, which would hide a refusal by the proxy.
 */
interface Walk {
  plain(): Promise<string>
  streamed(): Promise<string>
  upload?(): Promise<string>
  list(): Promise<string[]>
  /** A call that the stand-in answers with this status. */
  failing(status: number): Promise<unknown>
  /** A call that answers with a credential of the provider's own. */
  minting(): Promise<unknown>
  /** A call to a service that the app is not linked to, with the SDK's own retries. */
  refused(): Promise<unknown>
}

/** Paths that the tests use beyond those that a preset opens. */
const ALSO_OPENED: Readonly<Record<string, readonly string[]>> = {
  openai: ['/v1/echo/**'],
  anthropic: ['/v1/echo/**'],
}

interface ShownPreset {
  readonly id: string
  readonly endpoints: readonly { readonly byDefault: boolean; readonly paths: readonly string[] }[]
}

/** Names below .localhost are loopback by RFC 6761, but not every resolver implements that. */
const toLoopback = new http.Agent({
  lookup: (_host, options, callback) =>
    options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
})

describe('provider SDKs through the proxy', () => {
  let system: TestSystem
  let relay: Relay
  const providers = new Map<string, Provider>()

  /** The paths as a person copies them into a service, from what management shows of the preset. */
  const pathsOf = async (slug: string): Promise<readonly string[]> => {
    const { items } = await system.owner.get<{ items: readonly ShownPreset[] }>('/presets')
    const groups = items.find(({ id }) => id === slug)?.endpoints ?? []
    return [...groups.filter(({ byDefault }) => byDefault).flatMap(({ paths }) => paths), ...(ALSO_OPENED[slug] ?? [])]
  }

  const add = async (
    slug: string,
    name: string,
    answer: Parameters<typeof startStandIn>[0]['answer'],
  ): Promise<void> => {
    const bearer = name === 'authorization'
    const standIn = await startStandIn({
      keyOf: ({ headers }) => String(headers[name] ?? '').replace(/^Bearer /, ''),
      answer,
    })
    const value = system.planter.plant(`sk-${slug}-`)
    standIn.accept(value)
    const target = await provision(system, {
      slug,
      origin: standIn.origin,
      value,
      placement: { kind: 'header', name },
      auth: (secret) => (bearer ? { type: 'bearer', secret } : { type: 'header', name, secret }),
      // Methods and paths of the preset: what an SDK sends must be among them.
      service: { preset: slug, limits: [], paths: await pathsOf(slug) },
    })
    providers.set(slug, { standIn, target, value })
  }

  const of = (slug: string): Provider => {
    const found = providers.get(slug)
    if (found === undefined) throw new Error(`no provider ${slug}`)
    return found
  }

  beforeAll(async () => {
    // @google/genai takes the dispatcher from globalThis, and under jest that is not the object that Node has set up.
    setGlobalDispatcher(new Agent())
    system = await startTestSystem()
    relay = await startRelay(system.proxy)
    await add('openai', 'authorization', openaiAnswers)
    await add('anthropic', 'x-api-key', anthropicAnswers)
    await add('gemini', 'x-goog-api-key', geminiAnswers)
    await add('stripe', 'authorization', stripeAnswers)
    const unlinked = { name: 'Unlinked', baseUrl: of('openai').standIn.origin, auth: { type: 'none' } }
    await system.owner.post(`${system.org}/services`, { ...unlinked, slug: 'unlinked' })
  }, 90_000)

  afterAll(async () => {
    await relay?.stop()
    for (const { standIn } of providers.values()) await standIn.stop()
    await system?.stop()
  }, 60_000)

  beforeEach(() => {
    relay.count = 0
  })

  const openai = (): Walk => {
    const client = (slug = 'openai', maxRetries = 0): OpenAI => {
      return new OpenAI({ baseURL: `${relay.base}/v1/p/${slug}/v1`, apiKey: of('openai').target.token, maxRetries })
    }
    const ask = (model: string) => ({ model, messages: [{ role: 'user' as const, content: 'hi' }] })
    return {
      plain: async () => (await client().chat.completions.create(ask('demo'))).choices[0]?.message.content ?? '',
      async streamed() {
        let text = ''
        for await (const chunk of await client().chat.completions.create({ ...ask('demo'), stream: true }))
          text += chunk.choices[0]?.delta.content ?? ''
        return text
      },
      upload: async () =>
        (await client().files.create({ file: await toFile(Buffer.from('line one\n'), 'a.jsonl'), purpose: 'batch' }))
          .filename,
      list: async () => (await client().models.list()).data.map(({ id }) => id),
      failing: (status) => client().chat.completions.create(ask(`status-${status}`)),
      minting: () => client().realtime.clientSecrets.create({}),
      refused: () => client('unlinked', 2).chat.completions.create(ask('demo')),
    }
  }

  const anthropic = (): Walk => {
    const client = (slug = 'anthropic', maxRetries = 0): Anthropic => {
      return new Anthropic({ baseURL: `${relay.base}/v1/p/${slug}`, apiKey: of('anthropic').target.token, maxRetries })
    }
    const ask = (model: string) => ({ model, max_tokens: 10, messages: [{ role: 'user' as const, content: 'hi' }] })
    return {
      plain: async () => JSON.stringify((await client().messages.create(ask('demo'))).content),
      async streamed() {
        let text = ''
        for await (const event of await client().messages.create({ ...ask('demo'), stream: true })) {
          if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text
        }
        return text
      },
      upload: async () =>
        (await client().beta.files.upload({ file: await toFile(Buffer.from('text'), 'a.txt', { type: 'text/plain' }) }))
          .filename,
      list: async () => (await client().models.list()).data.map(({ id }) => id),
      failing: (status) => client().messages.create(ask(`status-${status}`)),
      minting: () => client().beta.tunnels.revealToken('tunnel_1'),
      refused: () => client('unlinked', 2).messages.create(ask('demo')),
    }
  }

  const geminiClient = (slug = 'gemini'): GoogleGenAI => {
    return new GoogleGenAI({
      apiKey: of('gemini').target.token,
      httpOptions: { baseUrl: `${relay.base}/v1/p/${slug}` },
    })
  }

  // Its resumable upload goes to an address that the provider hands out, and is tested separately, below.
  const gemini = (): Walk => {
    const client = geminiClient
    return {
      plain: async () => (await client().models.generateContent({ model: 'demo', contents: 'hi' })).text ?? '',
      async streamed() {
        let text = ''
        for await (const chunk of await client().models.generateContentStream({ model: 'demo', contents: 'hi' }))
          text += chunk.text ?? ''
        return text
      },
      async list() {
        const names: string[] = []
        for await (const model of await client().models.list()) names.push(model.name ?? '')
        return names
      },
      failing: (status) => client().models.generateContent({ model: `status-${status}`, contents: 'hi' }),
      minting: () => client().authTokens.create({ config: { uses: 1 } }),
      refused: () => client('unlinked').models.generateContent({ model: 'demo', contents: 'hi' }),
    }
  }

  const stripe = (): Walk => {
    const client = (slug = 'stripe', maxNetworkRetries = 0): Stripe => {
      const options = {
        host: `${slug}.${HOST_SUFFIX}`,
        port: relay.port,
        protocol: 'http' as const,
        httpAgent: toLoopback,
        maxNetworkRetries,
        telemetry: false,
      }
      return new Stripe(of('stripe').target.token, options)
    }
    return {
      plain: async () => (await client().customers.create({ email: 'a@example.com' })).id,
      async streamed() {
        let text = ''
        for await (const chunk of await client().quotes.pdf('qt_1')) text += String(chunk)
        return text
      },
      upload: async () =>
        (
          await client().files.create({
            purpose: 'dispute_evidence',
            file: { data: Buffer.from('bytes'), name: 'a.png', type: 'image/png' },
          })
        ).filename ?? '',
      list: async () => (await client().customers.list({ limit: 2 })).data.map(({ id }) => id),
      failing: (status) => client().customers.retrieve(`status-${status}`),
      minting: () => client().ephemeralKeys.create({ customer: 'cus_1' }, { apiVersion: '2026-01-01' }),
      refused: () => client('unlinked', 2).customers.retrieve('cus_1'),
    }
  }

  const walks: readonly (readonly [string, () => Walk, RegExp])[] = [
    ['openai', openai, /hello/],
    ['anthropic', anthropic, /hello/],
    ['gemini', gemini, /hello/],
    ['stripe', stripe, /cus_1|%PDF/],
  ]

  describeInRedisModes(
    () => system,
    (_mode, isFirst) => {
      describe.each(walks)('the SDK of %s', (slug, walk, expected) => {
        it('makes plain and streamed calls, a list and, if it can, an upload with the app’s credential', async () => {
          const before = of(slug).standIn.received.length
          const calls = walk().upload === undefined ? 3 : 4
          expect(await walk().plain()).toMatch(expected)
          expect(await walk().streamed()).toMatch(expected)
          expect(await walk().list()).toHaveLength(2)
          if (walk().upload !== undefined) {
            expect(await walk().upload?.()).toMatch(/^a\./)
            const upload = of(slug).standIn.received.at(-1)
            expect(upload?.headers['content-type']).toMatch(/^multipart\/form-data/)
          }
          expect(of(slug).standIn.received.length - before).toBe(calls)
          expect(relay.count).toBe(calls)
        }, 30_000)

        it.each(PASSED)('gets a %i with the status and the words of the provider', async (status) => {
          const thrown = await caught(walk().failing(status))
          expect(statusOf(thrown)).toBe(status)
          expect(String(thrown)).toContain(`scenario ${status}`)
        })

        it('gets 502 for the provider’s 401 and 403 for its 403, without the provider’s words', async () => {
          for (const [theirs, ours] of [
            [401, 502],
            [403, 403],
          ] as const) {
            const thrown = await caught(walk().failing(theirs))
            expect(statusOf(thrown)).toBe(ours)
            expect(String(thrown)).not.toContain('scenario')
          }
        })

        it('gets a refusal by the proxy as an error with the proxy’s words, and asks once', async () => {
          relay.count = 0
          const thrown = await caught(walk().refused())
          expect(thrown).toBeInstanceOf(Error)
          expect(String(thrown)).toMatch(/link/i)
          expect(relay.count).toBe(1)
        })

        it('cannot make a credential of the provider’s own: the proxy refuses that path with 400', async () => {
          const before = of(slug).standIn.received.length
          const thrown = await caught(walk().minting())
          expect(statusOf(thrown)).toBe(400)
          expect(String(thrown)).toMatch(/does not allow this path/)
          expect(of(slug).standIn.received.length).toBe(before)
        })

        it('never has the app’s credential handed on to the provider', () => {
          const { standIn } = of(slug)
          expect(standIn.received.length).toBeGreaterThan(0)
          for (const { path, rawHeaders, body } of standIn.received) {
            expect(`${path} ${rawHeaders.join(' ')} ${body.toString('latin1')}`).not.toContain('pma_')
          }
        })
      })

      // Does not depend on Redis, so once is enough.
      const describeOnce = isFirst ? describeSdkParity : () => {}
      describeOnce(() => {
        const [o, a, g, s] = [of('openai'), of('anthropic'), of('gemini'), of('stripe')]
        const openaiAt = (baseURL: string, apiKey: string): OpenAI => new OpenAI({ baseURL, apiKey })
        // To a base URL other than its own this SDK sends the key only as a bearer; the provider expects it here.
        const anthropicAt = (baseURL: string, apiKey: string): Anthropic =>
          new Anthropic({ baseURL, apiKey, defaultHeaders: { 'x-api-key': apiKey } })
        const geminiAt = (baseUrl: string, apiKey: string): GoogleGenAI =>
          new GoogleGenAI({ apiKey, httpOptions: { baseUrl } })
        const stripeAt = (host: string, port: number, key: string): Stripe =>
          new Stripe(key, { host, port, protocol: 'http', httpAgent: toLoopback, telemetry: false })
        const proxy = `${relay.base}/v1/p`
        return {
          openai: {
            direct: openaiAt(`${o.standIn.origin}/v1`, o.value),
            through: openaiAt(`${proxy}/openai/v1`, o.target.token),
          },
          anthropic: {
            direct: anthropicAt(a.standIn.origin, a.value),
            through: anthropicAt(`${proxy}/anthropic`, a.target.token),
          },
          gemini: { direct: geminiAt(g.standIn.origin, g.value), through: geminiAt(`${proxy}/gemini`, g.target.token) },
          stripe: {
            direct: stripeAt('127.0.0.1', Number(new URL(s.standIn.origin).port), s.value),
            through: stripeAt(`stripe.${HOST_SUFFIX}`, relay.port, s.target.token),
          },
        }
      })

      describeGeminiFiles(() => ({ ...of('gemini'), relay, client: geminiClient() }))
    },
  )
})
