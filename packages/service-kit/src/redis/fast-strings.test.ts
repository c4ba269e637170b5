import { setFlagsFromString } from 'node:v8'
import { expect, it } from '@jest/globals'
import { makeStringsFastAgain } from './fast-strings.js'
import './redis.js'

/** Whether V8 holds the properties of an object in the form that its optimizing compiler reads. */
function hasFastProperties(): (of: object) => boolean {
  setFlagsFromString('--allow-natives-syntax')
  return new Function('of', 'return %HasFastProperties(of)') as (of: object) => boolean
}

it('loading the client of Redis makes all texts slow, and this makes them fast again', () => {
  const isFast = hasFastProperties()
  expect(isFast(String.prototype)).toBe(false)
  makeStringsFastAgain()
  expect(isFast(String.prototype)).toBe(true)
})
