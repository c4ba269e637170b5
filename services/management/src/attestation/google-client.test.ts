import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { codeOf } from '../test/code-of.js'
import { type StandInGoogle, startStandInGoogle } from '../test/stand-in-google.js'
import { createGoogleClient } from './google-client.js'

const atEnd = closeAfterEach()
let google: StandInGoogle
beforeEach(async () => {
  google = await startStandInGoogle(Date.now)
  atEnd(google.close)
})

const GET = { method: 'GET', path: '/v1/jwks' } as const
const ask = () => google.client.ask('app-check', GET)

describe('a question to Google', () => {
  it('returns status and JSON, and no JSON where there is none', async () => {
    expect(await ask()).toEqual({ status: 200, json: { keys: [] } })
    google.instead('app-check', (_request, response) => response.writeHead(200).end('<html>'))
    expect(await ask()).toEqual({ status: 200, json: undefined })
  })

  it('follows no redirect', async () => {
    google.instead('app-check', (_request, response) =>
      response.writeHead(302, { location: google.places.oauth }).end(),
    )
    expect(await ask()).toEqual({ status: 302, json: undefined })
    expect(google.asked).toHaveLength(1)
  })

  it('is UNAVAILABLE if nobody listens', async () => {
    await google.stop()
    expect(await codeOf(ask())).toBe('UNAVAILABLE')
  })

  it('is UNAVAILABLE if the certificate is of an authority that is not trusted', async () => {
    const client = createGoogleClient({ places: google.places })
    atEnd(client.close)
    expect(await codeOf(client.ask('app-check', GET))).toBe('UNAVAILABLE')
    expect(google.asked).toEqual([])
  })

  it('is UNAVAILABLE if the connection ends within the answer', async () => {
    google.instead('app-check', (_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"keys":', () => response.destroy())
    })
    expect(await codeOf(ask())).toBe('UNAVAILABLE')
  })

  it('is answered with 64 KiB, and UNAVAILABLE if the answer is larger', async () => {
    let bytes = 64 * 1_024
    google.instead('app-check', (_request, response) => response.writeHead(200).end('1'.padStart(bytes)))
    expect(await ask()).toEqual({ status: 200, json: 1 })
    bytes += 1
    expect(await codeOf(ask())).toBe('UNAVAILABLE')
  })

  it('ends the connection of an answer that grows beyond 64 KiB', async () => {
    let answering: ServerResponse | undefined
    google.instead('app-check', (_request, response) => {
      answering = response
      response.writeHead(200)
      response.write(' '.repeat(64 * 1_024 + 1))
    })
    expect(await codeOf(ask())).toBe('UNAVAILABLE')
    if (answering && !answering.closed) await once(answering, 'close')
  })

  it.each([
    ['never begins', () => {}],
    ['never ends', (response: ServerResponse) => void response.writeHead(200).write('{')],
  ])('is UNAVAILABLE once its time is over if the answer %s', async (_name, answer) => {
    google.instead('app-check', (_request, response) => answer(response))
    const client = createGoogleClient({ places: google.places, ca: google.ca, totalMs: 300 })
    atEnd(client.close)
    expect(await codeOf(client.ask('app-check', GET))).toBe('UNAVAILABLE')
  })

  it('is asked over https alone', () => {
    const places = { ...google.places, oauth: 'http://127.0.0.1:1' }
    expect(() => createGoogleClient({ places })).toThrow('over https alone')
  })

  it('goes through no proxy, whatever the environment says', async () => {
    const names = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'] as const
    const before = names.map((name) => [name, process.env[name]] as const)
    try {
      for (const name of names) process.env[name] = 'http://127.0.0.1:1'
      const client = createGoogleClient({ places: google.places, ca: google.ca })
      atEnd(client.close)
      expect(await client.ask('app-check', GET)).toMatchObject({ status: 200 })
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
  })
})
