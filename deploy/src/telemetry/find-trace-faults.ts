import { type Span, tracesOf } from './spans.js'
import { CLIENTS_TRACE } from './walk.js'

/** Names of spans that may begin a trace. */
const ROOTS = /^(proxy\.request|rest\.request|background .+)$/

/** Spans that the trace of a completely cold request must have: service, and a pattern for the name. */
const COLD_REQUEST: readonly (readonly [string, RegExp])[] = [
  ['proxy', /^proxy\.request$/],
  ['proxy', /^route$/],
  ['proxy', /^admit$/],
  ['proxy', /^admit by redis$/],
  ['proxy', /^lease$/],
  ['proxy', /^upstream$/],
  ['proxy', /^Directory\/ResolveRoute$/],
  ['management', /^Directory\/ResolveRoute$/],
  ['management', /^sql select$/],
  ['proxy', /^Vault\/LeaseSecrets$/],
  ['vault', /^Vault\/LeaseSecrets$/],
  ['vault', /^sql select$/],
]

const LIMITS = {
  /** A younger trace may be incomplete, because services export every two seconds. */
  settleMs: 6_000,
} as const

/** Faults in the traces, in words; empty where there are none. Pure. */
export function findTraceFaults(spans: readonly Span[], coldRequestId: string): readonly string[] {
  const newestMs = spans.reduce((newest, { endMs }) => Math.max(newest, endMs), 0)
  const traces = tracesOf(spans).filter((trace) => trace.spans.every(({ endMs }) => newestMs - endMs > LIMITS.settleMs))
  const shapes = traces.flatMap(({ traceId, roots, orphans }) => [
    ...(roots.length === 1 ? [] : [`trace ${traceId} has ${roots.length} roots: ${namesOf(roots)}`]),
    ...orphans.map(({ service, name }) => `trace ${traceId}: nobody is above ${service} ${name}`),
    ...roots.filter(({ name }) => !ROOTS.test(name)).map(({ name }) => `trace ${traceId} begins with ${name}`),
    ...(traceId === CLIENTS_TRACE ? ['a client has had its own trace continued'] : []),
  ])
  const cold = traces.find(({ roots }) => roots[0]?.attributes.get('pma.request_id') === coldRequestId)
  if (cold === undefined) return [...shapes, `the request ${coldRequestId} has no trace`]
  const missing = COLD_REQUEST.filter(
    ([service, name]) => !cold.spans.some((span) => span.service === `protectmyapi-${service}` && name.test(span.name)),
  )
  return [
    ...shapes,
    ...missing.map(
      ([service, name]) => `the first request has no span ${name.source} of ${service}: ${namesOf(cold.spans)}`,
    ),
  ]
}

function namesOf(spans: readonly Span[]): string {
  return spans.map(({ service, name }) => `${service} ${name}`).join(', ')
}
