import { expect, it } from '@jest/globals'
import { wrongEntries } from './wrong-entries.js'

const ERRORS = { ids: 'Give an id.', 'ids.1': 'Give an id.', 'ids.2': 'Give fewer characters.' }

it('says which entries are wrong', () => {
  expect(wrongEntries(ERRORS, 'ids', 'a\n\nb\nc')).toBe('Entry 2: Give an id. Entry 3: Give fewer characters.')
})

it('says what is wrong with the list itself', () => {
  expect(wrongEntries({ ids: 'Give 1 entry or more.' }, 'ids', '')).toBe('Give 1 entry or more.')
})

it('says nothing of another field, and nothing once the list was changed', () => {
  expect(wrongEntries(ERRORS, 'names', 'a')).toBeUndefined()
  expect(wrongEntries({ 'ids.1': 'Give an id.' }, 'ids', 'a\nb')).toBeUndefined()
})
