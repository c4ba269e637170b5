import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { type WatchedMaterial, watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { heldSecret } from '../test/fake-data-plane.js'
import { silentLog } from '../test/silent-log.js'
import { APP_TOKEN, KEY, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { startUpstream, type Upstream } from '../test/start-upstream.js'

const START = '/v1/p/up/upload/v1beta/files'
const CHUNK = '/upload/v1beta/files?upload_id=AbC-1_2&upload_protocol=resumable'

let upstream: Upstream
let origin: string
let proxy: ProxyUnderTest
let answer: (response: ServerResponse) => void

beforeEach(async () => {
  answer = (response) => response.writeHead(200, { 'x-goog-upload-url': origin + CHUNK }).end('{}')
  upstream = await startUpstream((_received, response) => answer(response))
  origin = `http://127.0.0.1:${upstream.port}`
  proxy = await startProxy(upstream.port, { hostSuffix: 'proxy.example', proxies: ['127.0.0.0/8'] })
})

afterEach(async () => {
  await proxy.close()
  await upstream.close()
})

const uploadUrl = async (path: string, headers: Record<string, string>): Promise<unknown> =>
  (await proxy.send('POST', path, { headers: { 'x-goog-api-key': APP_TOKEN, ...headers } })).headers[
    'x-goog-upload-url'
  ]

describe('the upload address in an answer', () => {
  it('leads to the proxy, so that an upload reaches the provider with the key, not the app token', async () => {
    const started = await proxy.send('POST', START, { headers: { 'x-goog-api-key': APP_TOKEN } })
    const url = new URL(String(started.headers['x-goog-upload-url']))
    expect(url.origin).toBe(`http://127.0.0.1:${proxy.port}`)
    for (const method of ['POST', 'PUT']) {
      const headers = { 'x-goog-api-key': APP_TOKEN, 'x-goog-upload-command': 'upload, finalize' }
      const sent = await proxy.send(method, url.pathname + url.search, { headers, body: 'bytes' })
      expect(sent.status).toBe(200)
      const received = upstream.received.at(-1)
      expect(received).toMatchObject({ method, url: CHUNK, headers: { authorization: `Bearer ${KEY}` } })
      expect(received?.headers['x-goog-upload-command']).toBe('upload, finalize')
      expect(received?.body.toString()).toBe('bytes')
      expect(received?.rawHeaders.join()).not.toContain('pma_')
    }
  })

  it('has the host name by which the client or a trusted proxy addressed the proxy', async () => {
    expect(await uploadUrl(START, { host: 'a.example' })).toBe(`http://a.example/v1/p/up${CHUNK}`)
    expect(await uploadUrl(CHUNK, { host: 'up.proxy.example:81' })).toBe(`http://up.proxy.example:81${CHUNK}`)
    const forwarded = { host: 'inside', 'x-forwarded-host': 'a.example', 'x-forwarded-proto': 'https' }
    expect(await uploadUrl(START, forwarded)).toBe(`https://a.example/v1/p/up${CHUNK}`)
  })

  it('is dropped if the request’s Host field holds no host', async () => {
    expect(await uploadUrl(START, { host: 'user@evil.example' })).toBeUndefined()
  })

  it('is dropped if it leads to another host than the provider’s', async () => {
    answer = (response) => response.writeHead(200, { 'x-goog-upload-url': `https://elsewhere.example${CHUNK}` }).end()
    expect(await uploadUrl(START, {})).toBeUndefined()
  })

  it('is dropped from the trailers, of which others stay', async () => {
    answer = (response) => {
      response.writeHead(200, { trailer: 'x-goog-upload-url, x-sum' })
      response.write('body')
      response.addTrailers({ 'x-goog-upload-url': origin + CHUNK, 'x-sum': '1' })
      response.end()
    }
    const { trailers } = await proxy.send('POST', START)
    expect(trailers).toEqual({ 'x-sum': '1' })
  })

  it.each([
    ['the provider’s', (): string => `${origin}${CHUNK}&key=${KEY}`],
    ['another', (): string => `https://elsewhere.example/?key=${KEY}`],
  ])('that holds the key leads to 502 UPSTREAM_LEAKED_KEY when its origin is %s', async (_whose, url) => {
    answer = (response) => response.writeHead(200, { 'x-goog-upload-url': url() }).end()
    const ended = await proxy.send('POST', START)
    expect([ended.status, JSON.parse(ended.body).code]).toEqual([502, 'UPSTREAM_LEAKED_KEY'])
    expect(JSON.stringify(ended)).not.toContain(KEY)
  })

  it.each([
    ['location', 'ab\\cd+'],
    ['location', 'ab/./cd+'],
    ['location', 'ab/x/../cd+'],
    ['location', 'ab/%2e/cd+'],
    ['x-goog-upload-url', 'ab\\cd+'],
  ])(
    'that holds the key only once it is resolved leads to 502 UPSTREAM_LEAKED_KEY: %s with %s',
    async (name, written) => {
      const bindings = { origins: [origin], placements: [{ kind: 'header', name: 'authorization' }] } as const
      proxy.plane.secrets.set('sec_1', heldSecret('sec_1', 'ab/cd+0123456789abcdef', bindings))
      answer = (response) => response.writeHead(302, { [name]: `/x/${written}0123456789abcdef` }).end()
      const ended = await proxy.send('GET', '/v1/p/up/files/x')
      expect([ended.status, JSON.parse(ended.body).code]).toEqual([502, 'UPSTREAM_LEAKED_KEY'])
    },
  )
})

describe('a redirect', () => {
  it('within the provider becomes a path that leads the client back to the service’s path at the proxy', async () => {
    answer = (response) => response.writeHead(302, { location: `${origin}/download/x?alt=media` }).end()
    const { status, headers } = await proxy.send('GET', '/v1/p/up/files/x')
    expect([status, headers.location]).toEqual([302, '/v1/p/up/download/x?alt=media'])
  })
})

describe('behind TLS that ends at the proxy', () => {
  let folder: string
  let material: WatchedMaterial
  let encrypted: ProxyUnderTest
  let ca: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pma-proxy-'))
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const authority = await createAuthority()
    ca = authority.certPem
    const { certPem, keyPem } = await authority.issue({ commonName: 'proxy', dnsNames: ['localhost'] })
    await Promise.all([writeFile(certFile, certPem), writeFile(keyFile, keyPem)])
    material = await watchMaterial({ certFile, keyFile, caFile: certFile }, silentLog())
    encrypted = await startProxy(upstream.port, { certificate: material })
  })

  afterEach(async () => {
    await encrypted.close()
    material.stop()
    await rm(folder, { recursive: true })
  })

  it('an upload address has the scheme https', async () => {
    const headers = { host: 'proxy.example', 'x-goog-api-key': APP_TOKEN }
    const tls = { servername: 'localhost', ca, agent: false }
    const url = await new Promise((resolve, reject) => {
      httpsRequest(
        { host: '127.0.0.1', port: encrypted.port, method: 'POST', path: START, headers, ...tls },
        (response) => response.resume().once('end', () => resolve(response.headers['x-goog-upload-url'])),
      )
        .once('error', reject)
        .end()
    })
    expect(url).toBe(`https://proxy.example/v1/p/up${CHUNK}`)
  })
})
