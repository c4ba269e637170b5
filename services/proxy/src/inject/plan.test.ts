import { expect, it } from '@jest/globals'
import type { InjectedField } from '../routes/route.js'
import { planOf } from './plan.js'

it('the plan of a route’s injection is made once', () => {
  const injection: InjectedField[] = [{ kind: 'header', name: 'x-key', value: [{ kind: 'secret', secretId: 'sec_1' }] }]
  expect(planOf(injection)).toBe(planOf(injection))
  expect(planOf([...injection])).toEqual(planOf(injection))
})

it('beside what is injected, a client’s trace context makes room for ours, where a provider is told it', () => {
  const { replacedHeaders, replacedWithTrace } = planOf([
    { kind: 'header', name: 'X-Key', value: [{ kind: 'secret', secretId: 'sec_1' }] },
  ])
  expect([...replacedHeaders]).toEqual(['x-key'])
  expect([...replacedWithTrace]).toEqual(['x-key', 'traceparent', 'tracestate', 'baggage'])
})
