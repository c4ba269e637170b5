import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { type OtlpReceiver, startOtlpReceiver } from '@protectmyapi/dev-kit/servers/otlp-receiver'
import { openTelemetry } from '@protectmyapi/service-kit/telemetry/open-telemetry'
import { TELEMETRY_OFF } from '@protectmyapi/service-kit/test/telemetry-off'
import { NO_MEASURES } from '../telemetry/proxy-measures.js'
import { watchRequests } from '../telemetry/request-watch.js'
import { routeTo } from '../test/fake-data-plane.js'
import { silentLog } from '../test/silent-log.js'
import { APP_TOKEN, startProxy } from '../test/start-proxy.js'
import { startUpstream, type Upstream } from '../test/start-upstream.js'

/** A phone may send a trace of its own. */
const PHONES = {
  traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`,
  tracestate: 'phone=1',
  Baggage: 'user=1',
} as const

let upstream: Upstream
let collector: OtlpReceiver
const atEnd = closeAfterEach()

/**
 * One request of a phone to a service, through a proxy that keeps this share of its traces. Returns what the provider
 * was told.
 */
async function told(forwardTraceContext: boolean, ratio: number) {
  collector = await startOtlpReceiver()
  upstream = await startUpstream((_received, response) => response.end('ok'))
  atEnd(collector.close, upstream.close)
  const tracesOut = ratio > 0 ? { url: `${collector.url}/v1/traces`, ratio } : null
  const telemetry = await openTelemetry({ ...TELEMETRY_OFF, tracesOut }, { service: 'proxy', log: silentLog() })
  const proxy = await startProxy(upstream.port, { watchRequest: watchRequests(telemetry, NO_MEASURES) })
  atEnd(proxy.close)
  proxy.plane.routeOf.set('up', routeTo(`http://127.0.0.1:${upstream.port}`, { target: { forwardTraceContext } }))
  const { status } = await proxy.send('POST', '/v1/p/up/x', {
    headers: { 'x-api-key': APP_TOKEN, ...PHONES },
    body: 'a',
  })
  expect(status).toBe(200)
  // Stopping sends what was recorded.
  await telemetry.stop()
  const { traceparent, tracestate, baggage } = upstream.received[0]?.headers ?? {}
  return { traceparent, tracestate, baggage }
}

const AS_IT_CAME = { traceparent: PHONES.traceparent, tracestate: PHONES.tracestate, baggage: PHONES.Baggage }

describe('a provider', () => {
  it('is told the proxy’s span, and nothing of the phone’s trace, if its service forwards trace context', async () => {
    const { traceparent, ...others } = await told(true, 1)
    const span = collector.spans.find(({ name }) => name === 'upstream')
    expect(traceparent).toBe(`00-${span?.traceId}-${span?.spanId}-01`)
    expect(others).toEqual({ tracestate: undefined, baggage: undefined })
  })

  it('is told no trace, not even the phone’s, if its service forwards traces and none are kept', async () => {
    expect(await told(true, 0)).toEqual({ traceparent: undefined, tracestate: undefined, baggage: undefined })
  })

  it.each([0, 1])(
    'gets the phone’s trace fields unchanged if its service does not forward trace context (share of traces kept: %d)',
    async (ratio) => {
      expect(await told(false, ratio)).toEqual(AS_IT_CAME)
    },
  )
})
