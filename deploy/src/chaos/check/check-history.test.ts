import { expect, it } from '@jest/globals'
import { checkHistory } from './check-history.js'
import { broken, evidence, fault, history, injection, operation, recorded, refusal, request } from './hand-written.js'

const setting = { horizonMs: 3_000, limits: [], quotas: [{ fact: 'org:1', count: 0 }] }

it('checking a history finds nothing in a run in which every promise was kept', () => {
  const requests = [request({}), refusal(503, 'UNAVAILABLE', { path: '/c0/2' })]
  const operations = [operation({ ends: ['value:old'], begins: ['value:new'] })]
  const faults = [fault('killed', 'vault-1', 305, 900)]
  const run = history({ requests, operations, faults, injections: [injection()] })
  expect(checkHistory(run, evidence({ log: recorded('/c0/1', 'req_1') }), setting)).toEqual([])
})

it('checking a history finds every kind of broken promise', () => {
  const requests = [
    request({ rests: ['org:1'] }),
    refusal(500, 'INTERNAL', { path: '/c0/2' }),
    broken('ECONNRESET', { path: '/c0/3' }),
  ]
  const audit = { event: 'secret.replaced', target: 'sec_1' }
  const operations = [operation({ ends: ['value:old'] }), operation({ startMs: 0, endMs: 9_000, audit })]
  const faults = [fault('flushed', 'redis', 20_000, 20_100, { endMs: 35_100, isWhole: false })]
  const run = history({ requests, operations, faults, injections: [injection({ value: 'value:old' })] })
  const processes = [{ name: 'proxy-1', before: null, after: null }]
  expect(checkHistory(run, evidence({ processes }), setting).map(({ kind }) => kind)).toEqual([
    'stale',
    'lost',
    'strange answer',
    'cut',
    'slow answer',
    'not whole',
    'over the limit',
    'audit',
    'missing',
  ])
})
