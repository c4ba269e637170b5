import { expect, it } from '@jest/globals'
import { preconditionFor } from './precondition-for.js'

it('what is stored where nothing was must find nothing', () => {
  expect(preconditionFor(null)).toEqual({ 'if-none-match': '*' })
})

it('what replaces must find what was seen', () => {
  expect(preconditionFor({ etag: '"1"' })).toEqual({ 'if-match': '"1"' })
})

it('what was read without an ETag has no precondition', () => {
  expect(preconditionFor({ etag: null })).toEqual({})
})
