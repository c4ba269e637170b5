import { readdirSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { describeWithVectors } from '@protectmyapi/dev-kit/vectors'
import { type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { type Received, startUpstream, type Upstream } from '../test/start-upstream.js'
import { open } from '../test/streaming-client.js'

interface Interaction {
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly bodySegments: readonly unknown[]
  }
  readonly response: {
    readonly statusCode: number
    readonly headers: Readonly<Record<string, string>>
    readonly bodySegments?: readonly unknown[]
  }
}

/** Fields that belong to the recorded connection, or to a body in another form than the recording keeps. */
const OF_THE_RECORDING = /^(?:connection|content-length|content-encoding|transfer-encoding|accept-encoding)$/i
const recorded = (headers: Interaction['request']['headers']): [string, string][] =>
  Object.entries(headers).filter(([name]) => !OF_THE_RECORDING.test(name))

describeWithVectors('gemini-recordings', 'recorded streams of Gemini and Vertex', (folder) => {
  const count = { interactions: 0, segments: 0 }
  let begin = (_response: ServerResponse): void => {}
  let upstream: Upstream
  let proxy: ProxyUnderTest
  beforeAll(async () => {
    upstream = await startUpstream((_received, response) => begin(response))
    proxy = await startProxy(upstream.port)
  })
  afterAll(async () => {
    await proxy.close()
    await upstream.close()
    process.stdout.write(`Gemini recordings: ${count.interactions} interactions, ${count.segments} segments\n`)
  })

  it.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('%s', async (file) => {
    const { interactions }: { interactions: Interaction[] } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))
    for (const { request, response } of interactions) {
      const asked = new Promise<ServerResponse>((resolve) => {
        begin = resolve
      })
      const body = request.bodySegments.map((segment) => JSON.stringify(segment)).join('')
      const sent = open(proxy, request.method, request.url, {
        ...Object.fromEntries(recorded(request.headers)),
        'content-length': String(Buffer.byteLength(body)),
      })
      sent.request.end(body)
      const provider = await asked
      expectArrived(upstream.received.at(-1), request, body)

      const isStream = /event-stream/.test(response.headers['Content-Type'] ?? '')
      provider.writeHead(response.statusCode, recorded(response.headers).flat())
      provider.flushHeaders()
      const answer = await sent.answer
      let [arrived, whole] = ['', '']
      let told = (): void => {}
      answer.on('data', (chunk: Buffer) => {
        arrived += chunk.toString('latin1')
        if (arrived.length === whole.length) told()
      })
      for (const segment of response.bodySegments ?? []) {
        const text = JSON.stringify(segment)
        const piece = isStream ? `data: ${text}\r\n\r\n` : text
        whole += Buffer.from(piece).toString('latin1')
        const isThere = new Promise<void>((resolve) => {
          told = resolve
        })
        provider.write(piece)
        // Each event has arrived before the next one is sent.
        if (isStream) await isThere
        count.segments += 1
      }
      provider.end()
      await new Promise((resolve) => answer.once('end', resolve))
      expect(arrived).toBe(whole)
      expect(answer.statusCode).toBe(response.statusCode)
      const fields = answer.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [[name, all[at + 1]]] : []))
      expect(fields).toEqual(expect.arrayContaining(recorded(response.headers)))
      count.interactions += 1
    }
  })
})

function expectArrived(received: Received | undefined, request: Interaction['request'], body: string): void {
  expect([received?.method, received?.url, received?.body.toString('utf8')]).toEqual([
    request.method,
    request.url,
    body,
  ])
  const names = new Set(received?.rawHeaders.filter((_, at) => at % 2 === 0))
  expect(recorded(request.headers).filter(([name]) => !names.has(name))).toEqual([])
}
