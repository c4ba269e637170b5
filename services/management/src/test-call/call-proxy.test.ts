import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type CallProxy, createCallProxy } from './call-proxy.js'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function proxyThat(answers: RequestListener): Promise<{ call: CallProxy; received: IncomingMessage[] }> {
  const received: IncomingMessage[] = []
  const listening = createServer((request, response) => {
    received.push(request)
    answers(request, response)
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  return { call: createCallProxy(new URL(`http://127.0.0.1:${port}`)), received }
}

const GET = { method: 'GET', target: '/v1/p/up/x?a=b', headers: { 'x-own': '1' }, body: undefined }
const JSON_TYPE = { 'content-type': 'application/json', 'pma-request-id': 'req_1' }

describe('a call to the proxy', () => {
  it('is sent once, as written, and returns status, content type, request id and body of the answer', async () => {
    const { call, received } = await proxyThat((_request, response) =>
      response.writeHead(418, JSON_TYPE).end('{"a":1}'),
    )
    expect(await call(GET)).toEqual({
      status: 418,
      contentType: 'application/json',
      requestId: 'req_1',
      body: '{"a":1}',
      complete: true,
    })
    expect(received.map(({ method, url, headers }) => [method, url, headers['x-own']])).toEqual([
      ['GET', '/v1/p/up/x?a=b', '1'],
    ])
  })

  it('follows no redirect', async () => {
    const { call, received } = await proxyThat((_request, response) =>
      response.writeHead(302, { location: '/x' }).end(),
    )
    expect(await call(GET)).toMatchObject({ status: 302, body: null, complete: true })
    expect(received).toHaveLength(1)
  })

  it('returns the first 16 KiB of a longer answer', async () => {
    const { call } = await proxyThat((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('é'.repeat(20_000))
    })
    expect(await call(GET)).toMatchObject({ complete: false, body: 'é'.repeat(8_192) })
  })

  it('returns 16 KiB of an endless answer once no value can have begun in them, and ends the answer', async () => {
    let closed = false
    const { call } = await proxyThat((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('é'.repeat(250_000))
      response.on('close', () => {
        closed = true
      })
    })
    const answer = await call(GET)
    expect(answer).toMatchObject({ status: 200, complete: false, body: 'é'.repeat(8_192) })
    while (!closed) await new Promise((resolve) => setImmediate(resolve))
  })

  it('returns no body if the answer is cut off, because it may have held a key', async () => {
    const { call } = await proxyThat((_request, response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' })
      response.write('{"begun":', () => response.destroy())
    })
    expect(await call(GET)).toMatchObject({ status: 200, complete: false, body: null })
  })

  it('returns no body if a longer answer is cut off after 16 KiB, as a key may have begun in them', async () => {
    const { call } = await proxyThat((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.write('correct horse battery '.repeat(1_000), () => response.destroy())
    })
    expect(await call(GET)).toMatchObject({ status: 200, complete: false, body: null })
  })

  it.each([
    [{ 'content-type': 'image/png' }],
    [{ 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    [{}],
  ])('returns no body if the headers of the answer are %j', async (headers) => {
    const { call } = await proxyThat((_request, response) => response.writeHead(200, headers).end('text'))
    expect(await call(GET)).toMatchObject({ body: null, complete: true })
  })

  it('fails with UNAVAILABLE if no proxy listens', async () => {
    const { call } = await proxyThat(() => {})
    await new Promise((resolve) => server?.close(resolve))
    await expect(call(GET)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
