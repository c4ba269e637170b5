import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { plantedCredentials } from '../values/planted-credentials.js'
import { plantedValues } from '../values/planted-values.js'
import { needlesOf } from './needles.js'
import { createSearch } from './searcher.js'

const value = 'sk-"x"/ü+0123456789 abcdef%\\n'
const search = createSearch([{ name: 'one', value }])
const formsIn = (text: string | Buffer): readonly string[] => search(Buffer.from(text)).map(({ form }) => form)

describe('the search for planted values', () => {
  const bytes = Buffer.from(value)
  it.each([
    ['raw', value],
    ['hex', bytes.toString('hex')],
    ['hex, upper case', bytes.toString('hex').toUpperCase()],
    ['url', encodeURIComponent(value)],
    ['json', JSON.stringify({ value })],
    ['json twice', JSON.stringify(JSON.stringify({ value }))],
    ['base64+0', Buffer.from(value).toString('base64')],
    ['base64+1', Buffer.from(`:${value}:`).toString('base64')],
    ['base64url+2', Buffer.from(`u:${value}`).toString('base64url')],
    ['reversed', [...value].reverse().join('')],
    ['half 2', value.slice(Math.ceil(value.length / 2) - 2)],
  ])('finds a value in the form %s between other bytes', (form, text) => {
    expect(formsIn(`before ${text} after`)).toContain(form)
  })

  it('finds a value that was compressed, among other bytes, in a stream that is cut off, and compressed twice', () => {
    const zipped = gzipSync(`${randomBytes(99).toString('hex')} ${value} ${randomBytes(999).toString('hex')}`)
    expect(formsIn(Buffer.concat([randomBytes(9), zipped]))).toContain('raw')
    expect(formsIn(zipped.subarray(0, -300))).toContain('raw')
    expect(formsIn(gzipSync(zipped))).toContain('raw')
  })

  it('finds a piece of a long value that was cut at a page', () => {
    const long = randomBytes(9_000).toString('base64url')
    const found = createSearch([{ name: 'long', value: long }])(Buffer.from(long.slice(1_000, 2_000)))
    expect(found).toContainEqual({ name: 'long', form: 'piece' })
  })

  it('finds each planted value, in each of its forms, under its own name only', () => {
    const planted = plantedValues()
    expect(planted.length).toBeGreaterThanOrEqual(50)
    const all = createSearch(planted)
    for (const { name, value: one } of planted) {
      const forms = needlesOf(one)
      expect(forms.length).toBeGreaterThan(10)
      const hits = all(Buffer.concat(forms.flatMap(({ bytes: needle }) => [needle, Buffer.of(0)])))
      expect(new Set(hits.map((hit) => hit.name))).toEqual(new Set([name]))
      expect(new Set(hits.map(({ form }) => form))).toEqual(new Set(forms.map(({ form }) => form)))
    }
  })

  it('finds a planted credential, in each of its forms, under its own name only', () => {
    const { sought } = plantedCredentials()
    const all = createSearch(sought)
    for (const { name, value: one } of sought) {
      const forms = needlesOf(one)
      const hits = all(Buffer.concat(forms.flatMap(({ bytes: needle }) => [needle, Buffer.of(0)])))
      expect(new Set(hits.map((hit) => hit.name))).toEqual(new Set([name]))
      expect(new Set(hits.map(({ form }) => form))).toEqual(new Set(forms.map(({ form }) => form)))
    }
  })

  it('finds bytes that are no text as they are, in hexadecimal digits, in base64, and a piece of many', () => {
    const key = randomBytes(300)
    const formsOf = createSearch([{ name: 'key', value: key }])
    const found = (bytes: Buffer | string) => formsOf(Buffer.from(bytes)).map(({ form }) => form)
    expect(found(Buffer.concat([randomBytes(9), key, randomBytes(9)]))).toContain('raw')
    expect(found(key.toString('hex'))).toContain('hex')
    expect(found(Buffer.concat([Buffer.of(1), key]).toString('base64url'))).toContain('base64url+1')
    expect(found(key.subarray(200))).toEqual(['piece'])
  })

  it('throws for a value that is too short to be found', () => {
    expect(() => createSearch([{ name: 'short', value: '1234567' }])).toThrow('short is too short')
  })

  it('finds nothing in text that only resembles a value', () => {
    expect(formsIn(`sk-"x"/ ${randomBytes(10_000).toString('base64')} ${value.slice(0, 12)}`)).toEqual([])
  })
})
