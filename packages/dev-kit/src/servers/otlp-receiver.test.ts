import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Fault } from '@protectmyapi/service-kit/faults'
import { openTelemetry } from '@protectmyapi/service-kit/telemetry/open-telemetry'
import { activeSpan, INTERNAL, inSpan, runIn, SERVER } from '@protectmyapi/service-kit/telemetry/spans'
import type { Telemetry } from '@protectmyapi/service-kit/telemetry/telemetry'
import type { TelemetryConfig } from '@protectmyapi/service-kit/telemetry/telemetry-config'
import { traceparentOf } from '@protectmyapi/service-kit/telemetry/traces'
import { TELEMETRY_OFF } from '@protectmyapi/service-kit/test/telemetry-off'
import { memoryLog } from '../memory-log.js'
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.js'

/**
 * These tests are here and not in the service kit, which has no collector: they check that a service's telemetry
 * follows OpenTelemetry's protocol.
 */
const { log, lines } = memoryLog('info')
const open = (config: Partial<TelemetryConfig>): Promise<Telemetry> =>
  openTelemetry({ ...TELEMETRY_OFF, ...config }, { service: 'test', log })

describe('traces', () => {
  let collector: OtlpReceiver
  beforeAll(async () => {
    collector = await startOtlpReceiver()
  })
  afterAll(() => collector.close())
  const traced = (ratio: number): Promise<Telemetry> =>
    open({ tracesOut: { url: `${collector.url}/v1/traces`, ratio } })

  it('reach the collector by stop, with each child under its root and a fault’s code but not its message', async () => {
    const telemetry = await traced(1)
    const root = telemetry.traces.root('root', SERVER)
    if (!root) throw new Error('every root is kept')
    const failing = (): Promise<never> =>
      inSpan('child', () => Promise.reject(new Fault('UNAVAILABLE', 'planted-detail')), INTERNAL, { 'pma.batch': 2 })
    await expect(runIn(root, failing)).rejects.toThrow()
    await telemetry.stop()
    const [child, parent] = collector.spans
    expect(collector.spans).toHaveLength(2)
    expect(parent).toMatchObject({ name: 'root', parentId: '', service: 'protectmyapi-test' })
    expect(child).toMatchObject({ name: 'child', parentId: parent?.spanId, traceId: parent?.traceId })
    expect(child?.attributes).toEqual({ 'pma.batch': 2, 'pma.outcome': 'UNAVAILABLE' })
    expect(Buffer.concat(collector.bodies).toString('latin1')).not.toContain('planted')
  })

  it('are not begun when the ratio of kept roots is 0', async () => {
    const telemetry = await traced(0)
    expect(telemetry.traces.root('root', SERVER)).toBeUndefined()
    expect(await telemetry.traces.background('work', async () => activeSpan())).toBeUndefined()
    await telemetry.stop()
  })

  it('are continued from another service only when its traceparent is valid and sampled', async () => {
    const telemetry = await traced(0)
    const id = 'a'.repeat(32)
    const continued = telemetry.traces.continued(`00-${id}-${'b'.repeat(16)}-01`, 'call', {})
    expect(continued && traceparentOf(continued)).toMatch(new RegExp(`^00-${id}-(?!b{16})[0-9a-f]{16}-01$`))
    for (const none of [
      undefined,
      '',
      'x',
      `00-${id}-${'b'.repeat(16)}-00`,
      `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`,
    ])
      expect(telemetry.traces.continued(none, 'call', {})).toBeUndefined()
    await telemetry.stop()
  })

  it('add their ids to log lines written within a span, and not to lines written outside', async () => {
    const telemetry = await traced(1)
    const root = telemetry.traces.root('root', SERVER)
    if (!root) throw new Error('every root is kept')
    let later = (): void => {}
    await runIn(root, async () => {
      log.info({}, 'within')
      later = () => log.info({}, 'outside')
    })
    later()
    const [outside, within] = lines().slice(-2).reverse()
    expect(within).toMatchObject({ trace_id: root.context().traceId, span_id: root.context().spanId })
    expect(outside).not.toHaveProperty('trace_id')
    await telemetry.stop()
  })

  it('delay stop by less than 4 s when no collector listens', async () => {
    const telemetry = await open({ tracesOut: { url: 'http://127.0.0.1:9/v1/traces', ratio: 1 } })
    telemetry.traces.root('root', SERVER)?.end('OK')
    const begun = performance.now()
    await telemetry.stop()
    expect(performance.now() - begun).toBeLessThan(4_000)
  }, 10_000)
})
