import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type RawClient, rawClient } from '@protectmyapi/dev-kit/raw-client'
import { statusesAndConnection } from '@protectmyapi/dev-kit/statuses-and-connection'
import { until } from '@protectmyapi/dev-kit/until'
import { type ListeningHttp, listenHttp } from './listen-http.js'

const JUNK = '0\r\n\r\n'
const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
const post = (path: string, more: string, body = ''): string => `POST ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n${body}`

/** Paths of the requests that reached the listener. */
let begun: string[]
/** Ends the answer to `/slow`, whose first half has been sent. */
let end: (() => void) | undefined
let server: ListeningHttp

beforeEach(async () => {
  begun = []
  end = undefined
  server = await listenHttp({ host: '127.0.0.1', port: 0 }, answer)
})

afterEach(() => server.close(0))

/** Answers ok. Answers `/refuse`, before it has read the body, with 413 and the end of the connection. */
function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  if (url !== '/live') begun.push(url)
  if (url === '/refuse') response.writeHead(413, { connection: 'close', 'content-length': 0 }).end()
  else if (url === '/slow') {
    response.write('half')
    end = () => response.end('whole')
  } else setImmediate(() => response.end('ok'))
}

const client = (bytes: string): RawClient => rawClient(server, bytes)

/** Settles once the server has read what was sent before. */
async function read(): Promise<void> {
  expect(await client(get('/live', 'Connection: close\r\n')).closed).toMatch(/ok$/)
}

it.each(['h2c', 'websocket'])(
  'what stands behind an offer of %s is not read, and the connection ends with the answer',
  async (protocol) => {
    const inner = get('/from-body')
    const { socket, closed } = client(
      get('/slow', `Connection: Upgrade\r\nUpgrade: ${protocol}\r\n`) +
        post('/b', `Content-Length: ${inner.length}\r\n`),
    )
    await until(() => end)
    socket.write(inner)
    await read()
    end?.()
    expect(statusesAndConnection(await closed)).toBe('200 close')
    expect(begun).toEqual(['/slow'])
  },
)

describe('unreadable bytes', () => {
  it.each([
    ['junk', JUNK],
    ['a CONNECT', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a chunk size that is none', `${post('/b', 'Transfer-Encoding: chunked\r\n')}ZZ\r\n`],
  ])('%s behind a whole request does not take away its answer', async (_what, bad) => {
    expect(statusesAndConnection(await client(post('/a', 'Content-Length: 3\r\n', 'abc') + bad).closed)).toBe(
      '200 close',
    )
    const { socket, closed } = client(get('/slow'))
    await until(() => end)
    socket.write(bad)
    await read()
    end?.()
    const heard = await closed
    expect(statusesAndConnection(heard)).toBe('200 keep-alive')
    expect(heard).toMatch(/\r\n\r\n4\r\nhalf\r\n5\r\nwhole\r\n0\r\n\r\n$/)
    expect(begun).toEqual(['/a', '/slow'])
  })

  it('junk alone is answered with 400, and a CONNECT alone with 405', async () => {
    expect(statusesAndConnection(await client(JUNK).closed)).toBe('400 close')
    expect(statusesAndConnection(await client('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n').closed)).toBe('405 close')
  })
})

it('a request that stands behind an answer with Connection: close is not begun', async () => {
  const refused = post('/refuse', 'Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\n\r\n')
  expect(statusesAndConnection(await client(refused + get('/b')).closed)).toBe('413 close')
  expect(begun).toEqual(['/refuse'])
})

it.each([
  ['without a body', post('/a', 'Expect: 100-continue\r\n')],
  ['with a body', post('/a', 'Expect: 100-continue\r\nContent-Length: 3\r\n', 'abc')],
])('a client that expects 100 Continue %s is answered, and so is the request behind it', async (_how, bytes) => {
  const { closed } = client(bytes + get('/b', 'Connection: close\r\n'))
  expect(statusesAndConnection(await closed)).toBe('100 200 keep-alive 200 close')
  expect(begun).toEqual(['/a', '/b'])
})
