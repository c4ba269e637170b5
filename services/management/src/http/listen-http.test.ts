import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { shownCertificate } from '@protectmyapi/dev-kit/certificates/shown-certificate'
import { type RawClient, rawClient } from '@protectmyapi/dev-kit/raw-client'
import { statusesAndCode } from '@protectmyapi/dev-kit/statuses-and-code'
import { until } from '@protectmyapi/dev-kit/until'
import { watchServed } from '@protectmyapi/service-kit/http/served-certificate'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import express from 'express'
import { HTTP_BOUNDS, type HttpBounds, type ListeningHttp, listenHttp } from './listen-http.js'
import { readBody } from './read-body.js'
import { refuseManyFields } from './refuse-many-fields.js'
import { faultOf, sendProblem } from './send-problem.js'

/** Far below the limits of production, so that each wait in these tests is short. */
const QUICK = { headersMs: 300, requestMs: 600, lookForSlowEveryMs: 20 } as const
const HEAD = 'POST /things HTTP/1.1\r\nHost: x\r\n'
const JSON_BODY = 'Content-Type: application/json\r\n'
const CHUNKED = `${HEAD}Connection: close\r\n${JSON_BODY}Transfer-Encoding: chunked\r\n\r\n`

let server: ListeningHttp

async function listening(bounds: Partial<HttpBounds>): Promise<ListeningHttp> {
  const app = express()
  app.use(refuseManyFields)
  app.use(async (request: express.Request, response: express.Response) => {
    await readBody(request)
    response.send('ok')
  })
  // Four parameters are how Express recognises an error handler.
  app.use((err: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) =>
    sendProblem(response, faultOf(err), ''),
  )
  return listenHttp({ host: '127.0.0.1', port: 0 }, app, { ...HTTP_BOUNDS, ...bounds })
}

afterEach(() => server.close(0))

const client = (bytes = ''): RawClient => rawClient(server, bytes)

/** Status and code of the one answer. */
async function answerTo(bytes: string): Promise<string> {
  return statusesAndCode(await client(bytes).closed)
}

const fields = (count: number): string => 'a: b\r\n'.repeat(count)
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
/** A head with two fields so far. */
const LAST = `${HEAD}Connection: close\r\n`

describe('a request with', () => {
  beforeEach(async () => {
    server = await listening({})
  })

  it.each([
    ['as many fields as there may be', `${LAST}${fields(98)}\r\n`, '200'],
    ['one field more', `${LAST}${fields(99)}\r\n`, '431 TOO_LARGE'],
    ['many cookies', `${LAST}${'Cookie: a=b\r\n'.repeat(500)}\r\n`, '431 TOO_LARGE'],
    ['one huge cookie', `${LAST}Cookie: ${'a'.repeat(16 * 1024)}\r\n\r\n`, '431 TOO_LARGE'],
    ['a huge name', `${LAST}${'a'.repeat(16 * 1024)}: b\r\n\r\n`, '431 TOO_LARGE'],
    ['a huge target', `GET /${'a'.repeat(16 * 1024)} HTTP/1.1\r\nHost: x\r\n\r\n`, '431 TOO_LARGE'],
    ['many trailers', `${CHUNKED}0\r\n${'a: b\r\n'.repeat(9_000)}\r\n`, '431 TOO_LARGE'],
    ['chunk extensions', `${CHUNKED}1;${'a'.repeat(17 * 1024)}\r\n1\r\n0\r\n\r\n`, '413 TOO_LARGE'],
    ['a body without a length', `${CHUNKED}${chunk('1'.repeat(256 * 1024 + 1))}0\r\n\r\n`, '413 TOO_LARGE'],
    ['many chunks of a byte', `${CHUNKED}${chunk('[')}${chunk(' ').repeat(5_000)}${chunk(']')}0\r\n\r\n`, '200'],
  ])('%s gets exactly one answer', async (_what, bytes, answer) => {
    expect(await answerTo(bytes)).toBe(answer)
  })
})

describe('a client that takes too long', () => {
  beforeEach(async () => {
    server = await listening(QUICK)
  })

  it.each([
    ['with nothing at all', ''],
    ['with its head', HEAD],
    ['with its body', `${HEAD}${JSON_BODY}Content-Length: 100\r\n\r\n{`],
  ])('%s is answered with 400 and cut off', async (_how, bytes) => {
    expect(await client(bytes).closed).toMatch(/^HTTP\/1\.1 400 .*did not arrive in time/s)
  })

  it('or sends rubbish cannot keep the connection by leaving its own half open', async () => {
    const open = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    const before = open()
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {}).resume()
    const ended = new Promise((resolve) => socket.on('end', resolve))
    socket.write('RUBBISH\r\n\r\n')
    await ended
    expect(await until(() => (open() === before + 1 ? 'destroyed' : undefined))).toBe('destroyed')
    socket.destroy()
  })
})

it('connections beyond the bound are closed at once, and those within it are served', async () => {
  server = await listening({ connectionsMax: 4 })
  const within = Array.from({ length: 4 }, () => client())
  await Promise.all(within.map(({ socket }) => new Promise((resolve) => socket.on('connect', resolve))))
  within[0]?.socket.write(`${HEAD}\r\n`)
  const [answer] = await new Promise<Buffer[]>((resolve) => within[0]?.socket.once('data', (chunk) => resolve([chunk])))
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /)
  expect(await client(`${HEAD}\r\n`).closed).toBe('')
  for (const { socket } of within) socket.destroy()
})

it('a server that is closing answers one more request on a kept connection, with Connection: close', async () => {
  let asked = (): void => {}
  const first = new Promise<void>((resolve) => {
    asked = resolve
  })
  const target = { host: '127.0.0.1', port: 0 }
  server = await listenHttp(target, (request, response) => {
    asked()
    if (request.headers['content-length'] === '0') response.end('ok')
    else request.resume().on('end', () => response.end('ok'))
  })
  const { socket, closed } = client(`${HEAD}Content-Length: 1\r\n\r\n`)
  await first
  const ended = server.close(60_000)
  socket.write(`1${HEAD}Content-Length: 0\r\n\r\n`)
  const [before, after] = (await closed).split(/(?<=ok)/)
  expect(before).toMatch(/^HTTP\/1\.1 200 .*Connection: keep-alive/s)
  expect(after).toMatch(/^HTTP\/1\.1 200 .*Connection: close/s)
  await ended
})

it('the server shows a new certificate from its files without a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pma-rest-'))
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  const authority = await createAuthority()
  const write = async (commonName: string): Promise<void> => {
    const { certPem, keyPem } = await authority.issue({ commonName, dnsNames: ['localhost'] })
    await Promise.all([writeFile(files.certFile, certPem), writeFile(files.keyFile, keyPem)])
  }
  await write('first')
  const certificate = await watchServed(files, createLogger('test', 'silent'), 20)
  server = await listenHttp({ host: '127.0.0.1', port: 0, certificate }, (_request, response) => response.end('ok'))
  const shown = () => shownCertificate(server.port, authority.certPem)
  expect(await shown()).toBe('first TLSv1.3')
  await write('second')
  expect(await until(async () => ((await shown()) === 'second TLSv1.3' ? true : undefined))).toBe(true)
  certificate.stop()
  await rm(folder, { recursive: true })
})
