import { expect, it } from '@jest/globals'
import type { InjectedField } from '../routes/route.js'
import { planOf } from './plan.js'

it('the plan of a route’s injection is made once', () => {
  const injection: InjectedField[] = [{ kind: 'header', name: 'x-key', value: [{ kind: 'secret', secretId: 'sec_1' }] }]
  expect(planOf(injection)).toBe(planOf(injection))
  expect(planOf([...injection])).toEqual(planOf(injection))
})
