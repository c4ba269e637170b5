import { request } from 'node:http'
import { describe, expect, it } from '@jest/globals'
import { createLogger } from '../program/log.js'
import { TELEMETRY_OFF } from '../test/telemetry-off.js'
import { secondsOf } from './instruments.js'
import { openTelemetry } from './open-telemetry.js'
import { activeSpan, inSpan, SERVER } from './spans.js'
import { NO_TELEMETRY, type Telemetry } from './telemetry.js'
import type { TelemetryConfig } from './telemetry-config.js'

const log = createLogger('test', 'silent')
const open = (config: Partial<TelemetryConfig>): Promise<Telemetry> =>
  openTelemetry({ ...TELEMETRY_OFF, ...config }, { service: 'test', log })

interface Fetched {
  readonly status: number
  readonly body: string
}

const fetched = (port: number, path: string, method = 'GET'): Promise<Fetched> =>
  new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, method, agent: false }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => {
        body += String(chunk)
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
    })
    asking.on('error', reject)
    asking.end()
  })

describe('telemetry that is not configured', () => {
  it('is one object that does nothing, and opens no port', async () => {
    const telemetry = await open({ attributes: { a: 'b' } })
    expect(telemetry).toBe(NO_TELEMETRY)
    expect(await telemetry.start()).toBeNull()
    expect(telemetry.traces.root('x', SERVER)).toBeUndefined()
    expect(activeSpan()).toBeUndefined()
    expect(await inSpan('x', async () => activeSpan())).toBeUndefined()
  })
})

describe('metrics', () => {
  it('are served under their names in the code at /metrics of a port that serves nothing else', async () => {
    const telemetry = await open({ metrics: { host: '127.0.0.1', port: 0 } })
    secondsOf(telemetry.meter, 'pma_test_seconds', 'a test', ['route']).record(0.003, { route: 'service' })
    const port = (await telemetry.start()) ?? 0
    const { status, body } = await fetched(port, '/metrics')
    expect(status).toBe(200)
    expect(body).toContain('pma_test_seconds_bucket{route="service",le="0.0025"} 0\n')
    expect(body).toContain('pma_test_seconds_bucket{route="service",le="0.005"} 1\n')
    for (const name of [
      'event_loop_delay_seconds{quantile="0.99"}',
      'heap_used_bytes',
      'cpu_seconds_total{mode="user"}',
    ])
      expect(body).toContain(`pma_process_${name}`)
    expect(body).toMatch(/^pma_log_lines_total\{level="error"\} \d+$/m)
    expect((await fetched(port, '/')).status).toBe(404)
    expect((await fetched(port, '/metrics', 'POST')).status).toBe(405)
    await telemetry.stop()
    await expect(fetched(port, '/metrics')).rejects.toThrow('ECONNREFUSED')
  })
})
