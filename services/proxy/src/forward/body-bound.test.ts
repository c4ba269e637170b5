import { describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { routeTo } from '../test/fake-data-plane.js'
import { proxiesOfEachTest } from '../test/proxy-to.js'
import { APP_TOKEN, type ProxyUnderTest } from '../test/start-proxy.js'
import { serve, startUpstream } from '../test/start-upstream.js'
import { endOf, open, originOf, readAll } from '../test/streaming-client.js'

const KEY = { 'x-api-key': APP_TOKEN }
const proxyTo = proxiesOfEachTest()

const bounded = (proxy: ProxyUnderTest, bodyBytesMax: number): void => {
  proxy.plane.routeOf.set('up', routeTo(originOf(proxy), { target: { bodyBytesMax } }))
}

describe('a service’s bound for bodies', () => {
  it.each([
    ['small', 1_000],
    ['large', 200_000],
  ])(
    'lets a %s body of exactly so many bytes through, and refuses one byte more with 413, unrecorded and unsent',
    async (_size, bytes) => {
      const upstream = await startUpstream(({ body }, response) => response.end(String(body.length)))
      const proxy = await proxyTo(upstream)
      bounded(proxy, bytes)
      expect((await proxy.send('POST', '/v1/p/up/x', { body: Buffer.alloc(bytes), headers: KEY })).body).toBe(
        String(bytes),
      )
      const refused = await proxy.send('POST', '/v1/p/up/x', { body: Buffer.alloc(bytes + 1), headers: KEY })
      expect(refused.status).toBe(413)
      expect(JSON.parse(refused.body)).toMatchObject({
        code: 'TOO_LARGE',
        detail: expect.stringContaining(`${bytes} bytes`),
      })
      expect(refused.headers['x-should-retry']).toBe('false')
      // The refused request is neither on record nor at the provider.
      expect([upstream.received.length, proxy.plane.recorded.length]).toEqual([1, 1])
    },
  )

  it('refuses a longer body that waits for 100 Continue with 413, without asking for it', async () => {
    const proxy = await proxyTo(await startUpstream((_received, response) => response.end()))
    bounded(proxy, 10)
    const { request, answer } = open(proxy, 'POST', '/x', { expect: '100-continue', 'content-length': '11' })
    let asked = false
    request.on('continue', () => {
      asked = true
    })
    request.flushHeaders()
    expect([(await answer).statusCode, asked]).toEqual([413, false])
  })

  it('cuts the provider’s request and answers 413 when a chunked body exceeds it', async () => {
    let seen = 0
    let whole = false
    let cut = false
    const proxy = await proxyTo(
      await serve((request) => {
        request.on('data', (chunk: Buffer) => {
          seen += chunk.length
        })
        request.on('end', () => {
          whole = true
        })
        request.on('close', () => {
          cut = !request.complete
        })
        request.on('error', () => {})
      }),
    )
    bounded(proxy, 100_000)
    const { request, answer } = open(proxy, 'POST', '/x', { 'transfer-encoding': 'chunked' })
    request.on('error', () => {})
    request.write(Buffer.alloc(100_000))
    await until(() => (seen === 100_000 ? true : undefined))
    request.write(Buffer.alloc(1))
    const answered = await answer
    expect(answered.statusCode).toBe(413)
    expect(JSON.parse((await readAll(answered)).body)).toMatchObject({ code: 'TOO_LARGE' })
    await until(() => cut || undefined)
    expect([seen, whole]).toEqual([100_000, false])
    // The secret has left with the head, so the request is on record as finished.
    expect(await endOf(proxy)).toMatchObject({ finished: { status: 413, fault: 'TOO_LARGE' } })
    request.destroy()
  })

  it('does not apply to the body of the answer', async () => {
    const proxy = await proxyTo(await startUpstream((_received, response) => response.end('x'.repeat(100_000))))
    bounded(proxy, 10)
    expect((await proxy.send('GET', '/v1/p/up/x')).body).toHaveLength(100_000)
  })
})
