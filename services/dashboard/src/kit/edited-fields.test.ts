import { expect, test } from '@jest/globals'
import { type EditedFields, preconditionOf } from './edited-fields.js'

interface Stored {
  readonly name: string
  readonly enabled: boolean
}

const NAME: EditedFields<Stored, { readonly name: string }, { readonly name?: string }> = {
  valuesOf: ({ name }) => ({ name }),
  changeOf: (before, { name }) => (name === before.name ? {} : { name }),
}
const BEGUN = { name: 'Ours', enabled: true, etag: '"1"' }

test('what somebody else changed in the same field is never overwritten: the change is one of what the form began with', () => {
  expect(preconditionOf(NAME, BEGUN, { ...BEGUN, name: 'Theirs', etag: '"2"' })).toEqual({ 'if-match': '"1"' })
})

test('what somebody else changed in another field is in nobody’s way', () => {
  expect(preconditionOf(NAME, BEGUN, { ...BEGUN, enabled: false, etag: '"2"' })).toEqual({ 'if-match': '"2"' })
})

test('what was read without an ETag has no precondition', () => {
  expect(preconditionOf(NAME, { ...BEGUN, etag: null }, { ...BEGUN, etag: null })).toEqual({})
})
