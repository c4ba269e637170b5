import { describe, expect, it } from '@jest/globals'
import { findTraceFaults } from './find-trace-faults.js'
import { readSpans, type Span } from './spans.js'
import { CLIENTS_TRACE } from './walk.js'

const span = (service: string, name: string, over: Partial<Span> = {}): Span => ({
  ...{ traceId: 't1', spanId: `${service} ${name}`, parentId: 'root', name, service: `protectmyapi-${service}` },
  ...{ attributes: new Map(), endMs: 0, ...over },
})
const root = (over: Partial<Span> = {}): Span =>
  span('proxy', 'proxy.request', {
    ...{ spanId: 'root', parentId: undefined, attributes: new Map([['pma.request_id', 'req_1']]), ...over },
  })
/** A span that makes the other traces old enough to be complete. */
const LATE = root({ traceId: 'late', endMs: 60_000 })
const COLD: readonly Span[] = [
  root(),
  ...['route', 'admit', 'admit by redis', 'lease', 'upstream'].map((name) => span('proxy', name)),
  ...['Directory/ResolveRoute', 'Vault/LeaseSecrets'].map((name) => span('proxy', name)),
  ...['Directory/ResolveRoute', 'sql select'].map((name) => span('management', name)),
  ...['Vault/LeaseSecrets', 'sql select'].map((name) => span('vault', name)),
]
const faults = (...more: readonly Span[]) => findTraceFaults([...COLD, ...more, LATE], 'req_1')

describe('the search for faults in traces', () => {
  it('finds none when each trace has one root and the first request has all its spans', () => {
    expect(faults()).toEqual([])
  })

  it('finds a second root, a span whose parent is missing, and a trace that begins with another span', () => {
    const second = span('vault', 'background rotation', { spanId: 'x', parentId: undefined })
    expect(faults(second)).toEqual([
      'trace t1 has 2 roots: protectmyapi-proxy proxy.request, protectmyapi-vault background rotation',
    ])
    expect(faults(span('vault', 'sql insert', { parentId: 'lost' }))).toEqual([
      'trace t1: nobody is above protectmyapi-vault sql insert',
    ])
    expect(faults(span('vault', 'sql select', { traceId: 't2', parentId: undefined }))).toEqual([
      'trace t2 begins with sql select',
    ])
  })

  it('finds a client’s own trace that was continued', () => {
    expect(faults(root({ traceId: CLIENTS_TRACE, attributes: new Map() }))).toEqual([
      'a client has had its own trace continued',
    ])
  })

  it('finds a missing span of the first request, and a request without a trace', () => {
    const without = [...COLD.filter(({ name }) => name !== 'upstream'), LATE]
    expect(findTraceFaults(without, 'req_1')[0]).toMatch(/^the first request has no span \^upstream\$ of proxy/)
    expect(findTraceFaults([...COLD, LATE], 'req_2')).toEqual(['the request req_2 has no trace'])
  })

  it('does not judge a trace that has not had the time to arrive', () => {
    expect(faults(span('vault', 'sql select', { traceId: 't3', parentId: 'on its way', endMs: 59_000 }))).toEqual([])
  })

  it('reads spans from a line that a collector writes, and leaves an incomplete line out', () => {
    const told = {
      traceId: 'a',
      spanId: 'b',
      parentSpanId: 'c',
      name: 'sql select',
      endTimeUnixNano: '1700000000123456789',
    }
    const attributes = [{ key: 'service.name', value: { stringValue: 'protectmyapi-vault' } }]
    const spans = [{ ...told, attributes: [{ key: 'pma.batch', value: { intValue: '3' } }] }]
    const line = JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] })
    expect(readSpans(`${line}\n{"resourceSpans":[`)).toEqual([
      {
        ...{ traceId: 'a', spanId: 'b', parentId: 'c', name: 'sql select', service: 'protectmyapi-vault' },
        ...{ attributes: new Map([['pma.batch', '3']]), endMs: 1_700_000_000_123 },
      },
    ])
  })
})
