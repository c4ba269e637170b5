import { describe, expect, it } from '@jest/globals'
import { examplePath, type TestCallForm, testCallOf } from './test-call-form.js'

const EMPTY: TestCallForm = { method: 'GET', path: '/v1/models', query: '', headers: [], body: '' }

describe('a test call', () => {
  it('leaves out what was left empty', () => {
    expect(testCallOf(EMPTY)).toEqual({ method: 'GET', path: '/v1/models' })
  })

  it('sends the query without its question mark', () => {
    expect(testCallOf({ ...EMPTY, query: '?limit=1' })).toMatchObject({ query: 'limit=1' })
  })

  it('sends a body as JSON', () => {
    expect(testCallOf({ ...EMPTY, method: 'POST', body: '{}' })).toMatchObject({
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
  })

  it('sends a body with the content type that was entered, however it is written', () => {
    const headers = [{ name: 'Content-Type', value: 'text/plain' }]
    expect(testCallOf({ ...EMPTY, method: 'POST', headers, body: 'a' }).headers).toEqual({
      'Content-Type': 'text/plain',
    })
  })

  it('begins with an allowed path that can be called as it is', () => {
    expect(examplePath(['/v1/files/*', '/v1/models'])).toBe('/v1/models')
    expect(examplePath([])).toBe('/')
  })
})
