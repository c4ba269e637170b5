import { describe, expect, it } from '@jest/globals'
import { fieldsOf, rowsOf, wrongRows } from './field-rows.js'

describe('rows of fields', () => {
  it('become the fields that they came from', () => {
    const fields = { 'x-one': '1', 'x-two': '' }
    expect(fieldsOf(rowsOf(fields))).toEqual(fields)
  })

  it('are nothing where they are empty', () => {
    expect(fieldsOf([{ name: ' ', value: '' }])).toEqual({})
    expect(wrongRows([{ name: '', value: '' }])).toBeUndefined()
  })

  it('lose no field to another of its name: they are wrong, also in other letters', () => {
    const rows = [
      { name: 'X-Org', value: 'a' },
      { name: ' x-org', value: 'b' },
    ]
    expect(wrongRows(rows)).toBe('“x-org” is given twice. Keep one of the two.')
  })

  it('lose no value without a name: they are wrong', () => {
    expect(wrongRows([{ name: '', value: 'a' }])).toBe('Give a name to each field, or remove it.')
  })
})
