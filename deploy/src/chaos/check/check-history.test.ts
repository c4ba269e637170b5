import { expect, it } from '@jest/globals'
import { checkHistory } from './check-history.js'
import { evidence, history, injection, operation, recorded, refusal, request } from './hand-written.js'

it('says nothing of a run in which every promise held', () => {
  const requests = [request({}), refusal(503, 'UNAVAILABLE', { path: '/c0/2' })]
  const operations = [operation({ ends: ['value:old'], begins: ['value:new'] })]
  const run = history({ requests, operations, injections: [injection()] })
  expect(checkHistory(run, evidence({ log: recorded('/c0/1', 'req_1') }))).toEqual([])
})

it('tells of everything that did not', () => {
  const requests = [request({}), refusal(500, 'INTERNAL', { path: '/c0/2' })]
  const operations = [operation({ ends: ['value:old'] })]
  const run = history({ requests, operations, injections: [injection({ value: 'value:old' })] })
  expect(checkHistory(run, evidence()).map(({ kind }) => kind)).toEqual(['stale', 'lost', 'strange answer'])
})
