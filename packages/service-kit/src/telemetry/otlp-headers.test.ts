import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { ConfigError } from '../program/config.js'
import { createLogger } from '../program/log.js'
import { TELEMETRY_OFF } from '../test/telemetry-off.js'
import { secondsOf } from './instruments.js'
import { openTelemetry } from './open-telemetry.js'
import { otlpHeadersFrom, parseOtlpHeaders } from './otlp-headers.js'
import { SERVER } from './spans.js'
import { telemetryConfig, telemetryEnvironment } from './telemetry-config.js'

const silent = createLogger('test', 'silent')

describe('header fields for a collector', () => {
  it('are read from lines of name and value, and a value may contain colons, commas and equals signs', () => {
    expect(parseOtlpHeaders('authorization: Bearer a=b:c,d%20e\r\n\nX-Scope-OrgID:keys\n')).toEqual({
      authorization: 'Bearer a=b:c,d%20e',
      'X-Scope-OrgID': 'keys',
    })
  })

  it.each([
    ['a word', 'planted', 'line 1 is not'],
    ['a name of two words', 'x: y\nplanted words: z', 'line 2 is no'],
    ['no value', 'planted:', 'line 1 is not'],
    ['a control character', 'x: planted\u0000', 'line 1 is not'],
    ['the body’s framing', 'content-length: 7', 'line 1 is not'],
    ['nothing', '\n\n', 'it does not contain a line'],
    ['a whole file of something else', `x: ${'planted '.repeat(2_000)}`, 'it has more than 8192 characters'],
  ])('are refused if the file contains %s, and the error does not repeat the text', (_what, text, words) => {
    expect(() => parseOtlpHeaders(text)).toThrow(words)
    expect(() => parseOtlpHeaders(text)).not.toThrow('planted')
  })

  it.each([
    ['http://collector:4318', 'x: y', 'OTEL_EXPORTER_OTLP_ENDPOINT has to be https'],
    ['https://collector', 'planted', '/headers: line 1 is not "name: value"'],
    ['https://collector', '', '/headers is empty'],
    [undefined, 'x: y', 'it is of use with OTEL_EXPORTER_OTLP_ENDPOINT alone'],
  ])('stop the start if they cannot be used: with the endpoint %s and the file %j', (endpoint, text, words) => {
    const given = { PMA_OTLP_HEADERS_FILE: '/headers', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }
    const load = (): unknown => telemetryConfig(z.object(telemetryEnvironment).parse(given), () => text)
    expect(load).toThrow(ConfigError)
    expect(load).toThrow(words)
  })

  it.each(['https://collector', 'http://127.0.0.1:4318', 'http://[::1]:4318', 'http://localhost:4318'])(
    'may be sent to %s',
    (endpoint) => {
      const given = { PMA_OTLP_HEADERS_FILE: '/headers', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }
      const config = telemetryConfig(z.object(telemetryEnvironment).parse(given), () => 'x: y\n')
      expect(config.headersFile).toBe('/headers')
    },
  )
})

describe('the file of header fields for a collector', () => {
  let folder = ''
  let file = ''
  let collector: Server
  let received: IncomingHttpHeaders[] = []

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-otlp-'))
    file = path.join(folder, 'headers')
    received = []
    collector = createServer((request, response) => {
      received.push(request.headers)
      request.resume()
      request.on('end', () => response.end())
    })
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  })
  afterEach(async () => {
    await new Promise((resolve) => collector.close(resolve))
    await rm(folder, { recursive: true })
  })

  it('is read at each export; while it is wrong, its last good fields are used and each fault is logged once', async () => {
    const lines: string[] = []
    const log = createLogger('test', 'info', { write: (line: string) => lines.push(line) })
    const headers = otlpHeadersFrom(file, log)
    await writeFile(file, 'authorization: Bearer one')
    expect(await headers()).toEqual({ authorization: 'Bearer one' })
    await writeFile(file, 'planted')
    expect([await headers(), await headers()]).toEqual([
      { authorization: 'Bearer one' },
      { authorization: 'Bearer one' },
    ])
    await rm(file)
    expect(await headers()).toEqual({ authorization: 'Bearer one' })
    await writeFile(file, 'authorization: Bearer two')
    expect(await headers()).toEqual({ authorization: 'Bearer two' })
    expect(lines).toHaveLength(2)
    expect(lines.join()).not.toMatch(/planted|Bearer/)
  })

  it('supplies the fields for exports of spans and of metrics', async () => {
    await writeFile(file, 'authorization: Bearer one')
    const base = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
    const telemetry = await openTelemetry(
      {
        ...TELEMETRY_OFF,
        tracesOut: { url: `${base}/v1/traces`, ratio: 1 },
        metricsOut: { url: `${base}/v1/metrics`, everyMs: 60_000 },
        headersFile: file,
      },
      { service: 'test', log: silent },
    )
    secondsOf(telemetry.meter, 'pma_test_seconds', 'a test', []).record(1, {})
    telemetry.traces.root('one', SERVER)?.end('OK')
    await telemetry.stop()
    expect(received.map(({ authorization }) => authorization)).toEqual(['Bearer one', 'Bearer one'])
  })
})
