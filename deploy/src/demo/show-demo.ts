import { until } from '@protectmyapi/dev-kit/until'
import { z } from 'zod'
import type { ManagementApi } from './management-api.js'
import { DEMO, type DemoSetUp } from './set-up-demo.js'

export interface ShowOptions {
  readonly api: ManagementApi
  readonly demo: DemoSetUp
  readonly proxy: string
  readonly provider: string
  readonly say: (line: string) => void
  /** Writes without ending the line, for the answer that is streamed. */
  readonly write: (text: string) => void
}

const Seen = z.object({
  items: z.array(z.object({ method: z.string(), path: z.string(), headers: z.record(z.string(), z.string()) })),
})
const AccessLog = z.object({ items: z.array(z.record(z.string(), z.unknown())) })
const Chunk = z.object({ choices: z.array(z.object({ delta: z.object({ content: z.string().optional() }) })) })

const LIMITS = { streamMs: 30_000, logMs: 15_000 } as const

/** Shows the main job: what was stored, what the app sent, what the provider received, the answer, and the record. */
export async function showDemo(options: ShowOptions): Promise<void> {
  const { demo, proxy, say } = options
  say('')
  say('The job, once:')
  say('')
  say(`  1. The key is stored, encrypted.   ${DEMO.secret} = ${demo.mask}`)
  say('')
  say('  2. The app sends, without any key:')
  say(`       POST ${proxy}/v1/p/${demo.service}/v1/chat/completions`)
  say(`       authorization: Bearer ${demo.app.token}`)
  say('')
  const answer = await ask(options)
  await showReceived(options)
  say('  4. The answer, as it streams:')
  options.write('       ')
  for await (const token of tokens(answer)) options.write(token)
  say('')
  say('')
  await showRecord(options, answer.headers.get('pma-request-id') ?? '')
}

async function ask({ demo, proxy }: ShowOptions): Promise<Response> {
  const answer = await fetch(`${proxy}/v1/p/${demo.service}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${demo.app.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'demo', stream: true, messages: [{ role: 'user', content: 'Where is my key?' }] }),
    signal: AbortSignal.timeout(LIMITS.streamMs),
  })
  if (!answer.ok) throw new Error(`the proxy answered ${answer.status}: ${await answer.text()}`)
  return answer
}

async function showReceived({ provider, say }: ShowOptions): Promise<void> {
  const { items } = Seen.parse(await fetch(`${provider}/_demo/requests`).then((answer) => answer.json()))
  const last = items.at(-1)
  if (last === undefined) throw new Error('the demo provider saw no request')
  say('  3. The provider receives, with the key (masked here):')
  say(`       ${last.method} ${last.path}`)
  for (const [name, value] of Object.entries(last.headers)) say(`       ${name}: ${value}`)
  say('')
}

async function* tokens(answer: Response): AsyncGenerator<string> {
  if (answer.body === null) return
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of answer.body) {
    rest += decoder.decode(bytes, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield contentOf(line)
  }
}

function contentOf(line: string): string {
  if (!line.startsWith('data: {')) return ''
  return Chunk.parse(JSON.parse(line.slice('data: '.length))).choices[0]?.delta.content ?? ''
}

async function showRecord({ api, demo, say }: ShowOptions, requestId: string): Promise<void> {
  const find = async (): Promise<Record<string, unknown> | undefined> => {
    const { items } = AccessLog.parse(await api.get(`/orgs/${demo.organization}/access-log?limit=20`))
    // The admitted entry is written before the key leaves, and the finished one after the answer, which says more.
    return items.find((item) => item.requestId === requestId && item.state !== 'admitted')
  }
  say('  5. The access log says:')
  const line = await until(find, LIMITS.logMs)
  for (const [name, value] of Object.entries(line)) {
    const text = shown(value)
    if (text !== undefined) say(`       ${name}: ${text}`)
  }
}

/** A value on one line: a named thing by its slug, and names side by side. Missing parts are left out. */
function shown(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value === 'object') return 'slug' in value ? String(value.slug) : undefined
  return String(value)
}
