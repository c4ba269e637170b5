import { describe, expect, it } from '@jest/globals'
import { bindingsAllow, bindingsBytes, normalizeBindings, normalizeOrigin, type Placement } from './bindings.js'

const header = (name: string): Placement => ({ kind: 'header', name })

describe('bindings', () => {
  it('have the same bytes whatever the order, case, repetition and default ports of their entries', () => {
    const one = normalizeBindings({
      origins: ['https://b.example', 'https://A.example:443'],
      placements: [header('X-Key'), header('authorization')],
      services: [],
    })
    const other = normalizeBindings({
      origins: ['https://a.example/', 'https://b.example', 'https://b.example'],
      placements: [header('Authorization'), header('x-key')],
      services: [],
    })
    expect(bindingsBytes(one)).toEqual(bindingsBytes(other))
  })

  it.each([
    'https://a.example/v1',
    'https://u@a.example',
    'https://a.example?x',
    'ftp://a.example',
    'a.example',
    'https://*.example',
    'https:a.example',
    'https://@a.example',
    'https://a.exa\tmple',
    'https://a.example/\n',
    'https://a.example:0',
    'https://010.010.010.010',
  ])('refuse %j for an origin', (text) => {
    expect(() => normalizeOrigin(text)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  })

  it.each(['host', 'Content-Length', 'cookie', 'a b', 'x:y', ''])('refuse the header %p', (name) => {
    expect(() => normalizeBindings({ origins: [], placements: [header(name)], services: [] })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    )
  })

  it('have other bytes for each name, and without a name the bytes that they had before names existed', () => {
    const services = ['spiffe://example.org/ns/app/sa/worker']
    const nameless = normalizeBindings({ origins: [], placements: [], services })
    const named = ['ONE', 'TWO'].map((name) => normalizeBindings({ ...nameless, name }))
    const bytes = [nameless, ...named].map((bindings) => bindingsBytes(bindings).toString('hex'))
    expect(named.map(({ name }) => name)).toEqual(['ONE', 'TWO'])
    expect(new Set(bytes).size).toBe(3)
    const text = Buffer.from(services[0] ?? '')
    const list = Buffer.concat([Buffer.from([0, 0, 0, text.length]), text])
    const expected = Buffer.concat([Buffer.alloc(8), Buffer.from([0, 0, 0, list.length]), list])
    expect(bytes[0]).toBe(expected.toString('hex'))
  })

  it.each([
    ['without services', [], 'A_KEY'],
    ['that is no secret’s name', ['spiffe://example.org/worker'], 'a key'],
    ['that is empty', ['spiffe://example.org/worker'], ''],
  ])('refuse a name %s', (_what, services, name) => {
    expect(() => normalizeBindings({ origins: [], placements: [], services, name })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    )
  })

  it('allow exactly the origins and placements that they name', () => {
    const bindings = normalizeBindings({ origins: ['https://a.example'], placements: [header('x-key')], services: [] })
    expect(bindingsAllow(bindings, 'https://a.example', header('x-key'))).toBe(true)
    expect(bindingsAllow(bindings, 'https://a.example:8443', header('x-key'))).toBe(false)
    expect(bindingsAllow(bindings, 'https://a.example', header('x-other'))).toBe(false)
    expect(bindingsAllow(bindings, 'https://a.example', { kind: 'query', name: 'x-key' })).toBe(false)
  })
})
