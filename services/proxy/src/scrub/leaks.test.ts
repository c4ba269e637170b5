import { connect, type Socket } from 'node:net'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { KEY, type ProxyUnderTest, startProxy } from '../test/start-proxy.js'
import { startRawUpstream } from '../test/start-upstream.js'
import { exchangeRaw, rawGet } from '../test/streaming-client.js'

const SSE = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const LAST = '0\r\n\r\n'
const chunk = (text: string): string => `${Buffer.byteLength(text, 'latin1').toString(16)}\r\n${text}\r\n`

let pieces: readonly string[]
let lines: string[]
let upstream: { port: number; close(): Promise<void> }
let proxy: ProxyUnderTest

beforeEach(async () => {
  lines = []
  upstream = await startRawUpstream((socket) =>
    socket.on('data', async () => {
      for (const piece of pieces) {
        socket.write(piece, 'latin1')
        await new Promise((resolve) => setImmediate(resolve))
      }
    }),
  )
  const destination = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(line.toString())
      done()
    },
  })
  proxy = await startProxy(upstream.port, { log: createLogger('proxy', 'debug', destination) })
})

afterEach(async () => {
  await proxy.close()
  await upstream.close()
})

/** What the client got of this answer, whose pieces were sent separately. */
async function answerTo(...sent: string[]): Promise<string> {
  pieces = sent
  return exchangeRaw(proxy.port, rawGet('/'))
}

const alarms = (): string[] => lines.filter((line) => line.includes('key leaked by provider'))
const endOfLast = async () => until(() => proxy.plane.recorded.at(-1)?.ends[0])

describe('an answer that holds the key', () => {
  const event = `data: {"your key": "${KEY}"}\n\n`

  it('ends before the key at every split of an event, is recorded as a leak, and raises one alarm', async () => {
    for (let cut = 1; cut < event.length; cut += 1) {
      const answer = await answerTo(
        SSE,
        chunk('data: 1\n\n'),
        chunk(event.slice(0, cut)),
        chunk(event.slice(cut)),
        LAST,
      )
      expect(answer).not.toContain(KEY.slice(0, 4))
      expect(answer.endsWith(`\r\n${LAST}`)).toBe(false)
      expect(await endOfLast()).toMatchObject({ finished: { fault: 'UPSTREAM_LEAKED_KEY' } })
      expect(alarms()).toHaveLength(cut)
    }
  }, 60_000)

  const BASE64 = Buffer.from(KEY).toString('base64url')
  const WITH_LENGTH = 'Content-Length: 2\r\n\r\nok'
  it.each([
    ['a field', [`HTTP/1.1 200 OK\r\nX-Echo: ${KEY}\r\n${WITH_LENGTH}`]],
    ['the name of a field', [`HTTP/1.1 200 OK\r\n${KEY}: x\r\n${WITH_LENGTH}`]],
    ['the name of a field, in small letters', [`HTTP/1.1 200 OK\r\n${KEY.toLowerCase()}: x\r\n${WITH_LENGTH}`]],
    ['the name of a field, as Go writes it', [`HTTP/1.1 200 OK\r\n${asGo(KEY)}: x\r\n${WITH_LENGTH}`]],
    ['the name of a field, in base64 as Go writes it', [`HTTP/1.1 200 OK\r\n${asGo(BASE64)}: x\r\n${WITH_LENGTH}`]],
    ['the name of a trailer, in capitals', [SSE, chunk('data: 1\n\n'), `0\r\n${KEY.toUpperCase()}: x\r\n\r\n`]],
    ['Location', [`HTTP/1.1 302 Found\r\nLocation: /x?key=${KEY}\r\n${WITH_LENGTH}`]],
    [
      'Location, in base64',
      [`HTTP/1.1 302 Found\r\nLocation: /${Buffer.from(KEY).toString('base64url')}\r\n${WITH_LENGTH}`],
    ],
    ['its character set', [`HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=${KEY}\r\n${WITH_LENGTH}`]],
    ['its coding', [`HTTP/1.1 200 OK\r\nContent-Encoding: ${KEY}\r\n${WITH_LENGTH}`]],
    ['a field beside a refusal of ours', [`HTTP/1.1 401 No\r\nX-Echo: ${KEY}\r\n${WITH_LENGTH}`]],
    ['a hint', [`HTTP/1.1 103 Early Hints\r\nLink: </${KEY}>\r\n\r\n`, `HTTP/1.1 200 OK\r\n${WITH_LENGTH}`]],
    ['a trailer', [SSE, chunk('data: 1\n\n'), `0\r\nX-Sum: ${KEY}\r\n\r\n`]],
    ['a comment of an event stream', [SSE, chunk(`: ${KEY}\n\n`), LAST]],
    ['the last bytes', [SSE, chunk('data: 1\n\n'), chunk(KEY), LAST]],
    ['an error', [`HTTP/1.1 500 Oops\r\nContent-Length: ${KEY.length}\r\n\r\n${KEY}`]],
  ])('in %s: no part of the key arrives, and one alarm is raised, which does not contain it', async (_where, sent) => {
    const answer = await answerTo(...sent)
    expect(answer).not.toContain(KEY.slice(0, 4))
    expect(await endOfLast()).toMatchObject({ finished: { fault: 'UPSTREAM_LEAKED_KEY' } })
    expect(alarms().map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 'error',
        organizationId: 'org_1',
        serviceId: 'svc_1',
        origin: `http://127.0.0.1:${upstream.port}`,
        requestId: proxy.plane.recorded[0]?.request.requestId,
      }),
    ])
    expect(lines.join()).not.toContain(KEY.slice(0, 4))
  })

  it.each([
    ['its character set, in small letters', `Content-Type: text/plain; charset=${KEY.toLowerCase()}\r\n${WITH_LENGTH}`],
    ['its coding, in small letters', `Content-Encoding: ${KEY.toLowerCase()}\r\n${WITH_LENGTH}`],
    ['its transfer coding', `Transfer-Encoding: ${KEY}\r\n\r\n`],
  ])(
    'in %s, a form that is not searched for, is refused with 502, and quoted neither to the client nor in the log',
    async (_where, head) => {
      const answer = await answerTo(`HTTP/1.1 200 OK\r\n${head}`)
      expect(answer).toMatch(/^HTTP\/1\.1 502 /)
      expect(`${answer}${lines.join()}`.toLowerCase()).not.toContain(KEY.slice(0, 8).toLowerCase())
      expect(lines.join()).toContain('request refused')
    },
  )

  it('in the reason phrase arrives with a reason phrase of ours instead, at every split', async () => {
    const line = `HTTP/1.1 200 Your key is ${KEY} indeed\r\n`
    for (let cut = 'HTTP/1.1 200 '.length; cut < line.length; cut += 1) {
      const answer = await answerTo(line.slice(0, cut), `${line.slice(cut)}${WITH_LENGTH}`)
      expect(answer.split('\r\n')[0]).toBe('HTTP/1.1 200 OK')
      expect(answer.endsWith('ok')).toBe(true)
    }
  })

  it('alone raises the alarm: an incomplete key, a 401 and a broken answer raise none', async () => {
    await answerTo(SSE, chunk(`data: ${KEY.slice(0, -1)}\n\n`), LAST)
    await answerTo('HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno')
    await answerTo(SSE, 'ZZ\r\n')
    expect(await endOfLast()).toMatchObject({ finished: { fault: 'UPSTREAM_UNREACHABLE' } })
    expect(alarms()).toEqual([])
  })
})

it('an echo of guesses tells nothing: at each step as many bytes arrive for a right guess as for a wrong', async () => {
  let provider: Socket | undefined
  const echoing = await startRawUpstream((socket) => {
    socket.on('data', () => {
      provider = socket
    })
  })
  const through = await startProxy(echoing.port)
  /** How many bytes the client has each time, once a piece has been passed on as far as it will be. */
  async function stepsOf(guess: string): Promise<number[]> {
    provider = undefined
    const client = connect(through.port, '127.0.0.1')
    let text = ''
    client.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1').replace(/pma;dur=\S+/, '')
    })
    client.write(rawGet('/'))
    const sending = await until(() => provider)
    const steps: number[] = []
    for (const [piece, arrives] of [
      [SSE, '\r\n\r\n'],
      [chunk(`data: ${guess}`), 'data: '],
      [chunk(`${guess}\n\n`), `${guess}${guess}\n\n`],
      [chunk(`data: {"k":"${guess}"}\n\n`), `{"k":"${guess}"}\n\n`],
    ] as const) {
      sending.write(piece, 'latin1')
      await until(() => (text.replace(/\r\n[0-9a-f]+\r\n/g, '').includes(arrives) ? true : undefined))
      steps.push(text.length)
    }
    client.destroy()
    return steps
  }
  try {
    // Each place of the key would cost five more waits; every third shows the same.
    for (let known = 0; known < KEY.length - 1; known += 3) {
      const right = await stepsOf(KEY.slice(0, known + 1))
      expect([known, await stepsOf(`${KEY.slice(0, known)}~`)]).toEqual([known, right])
    }
  } finally {
    await through.close()
    await echoing.close()
  }
}, 60_000)

/** CanonicalMIMEHeaderKey. */
function asGo(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (first) => first.toUpperCase())
}
