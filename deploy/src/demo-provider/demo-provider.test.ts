import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import OpenAI from 'openai'
import { createDemoProvider } from './demo-provider.js'

const KEY = 'sk-demo-0123456789abcdefghij'

describe('demo provider', () => {
  const server = createDemoProvider()
  let base = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  const messages = [{ role: 'user' as const, content: 'hello there' }]

  it('answers chat completions of the openai SDK, plain and streamed', async () => {
    const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: KEY })
    const plain = await client.chat.completions.create({ model: 'demo', messages })
    expect(plain.choices[0]?.message.content).toContain('hello there')
    let streamed = ''
    for await (const chunk of await client.chat.completions.create({ model: 'demo', messages, stream: true })) {
      streamed += chunk.choices[0]?.delta.content ?? ''
    }
    expect(streamed).toBe(plain.choices[0]?.message.content)
  })

  it('refuses a key that is not a demo key with 401', async () => {
    const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: 'sk-proj-other', maxRetries: 0 })
    await expect(client.chat.completions.create({ model: 'demo', messages })).rejects.toMatchObject({ status: 401 })
  })

  it('shows no key in the list of requests that it received', async () => {
    const seen = await fetch(`${base}/_demo/requests`).then((answer) => answer.text())
    expect(seen).toContain('Bearer sk-****...****')
    expect(seen).not.toContain(KEY)
    expect(seen).not.toContain('sk-proj-other')
  })
})
