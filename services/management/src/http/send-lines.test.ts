import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Fault } from '@protectmyapi/service-kit/faults'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import express from 'express'
import { z } from 'zod'
import { createApp } from './app.js'
import { type ListeningHttp, listenHttp } from './listen-http.js'
import { route } from './route.js'
import { LINE_BOUNDS, sendLines } from './send-lines.js'

const PAGES = 2_000
const PAGE = Array.from({ length: 64 }, (_, n) => ({ n, text: 'x'.repeat(1_000), password_hash: 'private' }))

let made = 0
let ended: Promise<void>
let end: () => void = () => undefined
/** Settles once the server sees the connection closed. */
let left: Promise<unknown>
let began: Promise<void>
let begin: () => void = () => undefined

async function* pages(kind: string): AsyncGenerator<readonly unknown[]> {
  begin()
  try {
    if (kind === 'left') await left
    if (kind === 'refused') throw new Fault('RATE_LIMITED', 'not now')
    while (made < PAGES) {
      if (kind === 'empty') return
      if (kind === 'short' && made === 3) return
      if (kind === 'broken' && made === 3) throw new Error('the database is away')
      made += 1
      yield PAGE
    }
  } finally {
    end()
  }
}

const lines = route({
  method: 'GET',
  path: '/lines/{kind}',
  summary: 'Lines',
  permission: 'public',
  answers: { status: 200, lines: z.object({ n: z.number(), text: z.string() }) },
  handle: async ({ params }) => ({ body: undefined, pages: pages(params.kind) }),
})

let server: ListeningHttp
beforeAll(async () => {
  const app = createApp({
    routes: [lines],
    log: createLogger('test', 'silent'),
    publicOrigin: undefined,
    trustedProxies: [],
    notReady: async () => undefined,
    watch: (_request, response, next) => {
      left = new Promise((resolve) => response.once('close', resolve))
      next()
    },
    everythingInForce: async () => undefined,
    records: { find: async () => undefined, claim: () => async () => undefined, forget: async () => undefined },
    findOrg: async () => undefined,
    authenticate: async () => {
      throw new Fault('UNAUTHORIZED', 'nobody')
    },
  })
  server = await listenHttp({ host: '127.0.0.1', port: 0 }, app)
})
beforeEach(() => {
  made = 0
  ended = new Promise((resolve) => {
    end = resolve
  })
  began = new Promise((resolve) => {
    begin = resolve
  })
})
afterAll(() => server.close(100))

const ask = (kind: string, method = 'GET'): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get({ port: server.port, host: '127.0.0.1', path: `/api/v1/lines/${kind}`, method }, resolve).on('error', reject)
  })

async function read(answer: IncomingMessage): Promise<{ text: string; broken: boolean }> {
  let text = ''
  try {
    for await (const chunk of answer) text += String(chunk)
    return { text, broken: false }
  } catch {
    return { text, broken: true }
  }
}

describe('an NDJSON answer', () => {
  it('has one object in each line, with the declared fields and no others', async () => {
    const answer = await ask('short')
    expect(answer.headers['content-type']).toBe('application/x-ndjson')
    const { text, broken } = await read(answer)
    expect(broken).toBe(false)
    const objects = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
    expect(objects).toHaveLength(3 * PAGE.length)
    expect(objects[0]).toEqual({ n: 0, text: PAGE[0]?.text })
    expect(text.endsWith('\n')).toBe(true)
  })

  it('breaks the connection off if it fails in its middle, so that a part is never taken for the whole', async () => {
    const answer = await ask('broken')
    expect(answer.statusCode).toBe(200)
    expect((await read(answer)).broken).toBe(true)
  })

  it('is answered with a problem and its status if it fails at its beginning', async () => {
    const answer = await ask('refused')
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([429, 'application/problem+json'])
    expect(JSON.parse((await read(answer)).text).code).toBe('RATE_LIMITED')
  })

  it('may be empty, and makes no pages for HEAD', async () => {
    expect(await read(await ask('empty'))).toEqual({ text: '', broken: false })
    const head = await ask('short', 'HEAD')
    expect([head.statusCode, head.headers['content-type'], made]).toEqual([200, 'application/x-ndjson', 0])
    head.resume()
  })

  it('is made only as far as it is read, and no further once its reader has left', async () => {
    const answer = await ask('long')
    await new Promise((resolve) => answer.once('readable', resolve))
    answer.destroy()
    await ended
    expect(made).toBeLessThan(PAGES / 2)
  })

  it('ends if its reader leaves before there is anything to read', async () => {
    const asked = get({ port: server.port, host: '127.0.0.1', path: '/api/v1/lines/left' }).on('error', () => undefined)
    await began
    asked.destroy()
    await ended
    expect(made).toBe(1)
  })

  it('is cut off if its reader takes nothing for longer than the patience', async () => {
    const app = express()
    app.get('/', (_request, response) =>
      sendLines(pages('long'), z.object({ n: z.number() }).loose(), response, { ...LINE_BOUNDS, patienceMs: 100 }),
    )
    const impatient = await listenHttp({ host: '127.0.0.1', port: 0 }, app)
    const answer = await new Promise<IncomingMessage>((resolve) =>
      get({ port: impatient.port, host: '127.0.0.1', path: '/' }, resolve),
    )
    await ended
    expect((await read(answer)).broken).toBe(true)
    expect(made).toBeLessThan(PAGES / 2)
    await impatient.close(0)
  })
})
