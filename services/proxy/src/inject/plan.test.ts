import { expect, it } from '@jest/globals'
import type { InjectedField } from '../routes/route.js'
import { planOf } from './plan.js'

it('the plan of a route’s injection is made only once for the same list of fields', () => {
  const injection: InjectedField[] = [{ kind: 'header', name: 'x-key', value: [{ kind: 'secret', secretId: 'sec_1' }] }]
  expect(planOf(injection)).toBe(planOf(injection))
  expect(planOf([...injection])).toEqual(planOf(injection))
})

it('the plan of an injection replaces the client’s trace context only when the provider is sent ours', () => {
  const { replacedHeaders, replacedWithTrace } = planOf([
    { kind: 'header', name: 'X-Key', value: [{ kind: 'secret', secretId: 'sec_1' }] },
  ])
  expect([...replacedHeaders]).toEqual(['x-key'])
  expect([...replacedWithTrace]).toEqual(['x-key', 'traceparent', 'tracestate', 'baggage'])
})
