import { describe, expect, it } from '@jest/globals'
import { adviceFor } from './troubleshooting.js'

const PROBLEM = 'application/problem+json; charset=utf-8'
const titles = (status: number, contentType: string | null, body: string | null) =>
  adviceFor({ status, contentType, body }).map(({ title }) => title)

describe('the part of the troubleshooting that fits', () => {
  it.each([
    [404, 'SECRET_NOT_FOUND', ['Secret not found']],
    [502, 'UPSTREAM_REJECTED_KEY', ['Invalid API key', 'Unauthorized']],
    [403, 'UPSTREAM_FORBIDDEN', ['Unauthorized']],
    [403, 'SECRET_EXPIRED', []],
    [403, 'ENDPOINT_DISABLED', []],
  ])('a refusal by the proxy, %i %s, is %j', (status, code, expected) => {
    expect(titles(status, PROBLEM, JSON.stringify({ code }))).toEqual(expected)
  })

  it('an answer of the provider’s is found by its status', () => {
    expect(titles(401, 'application/json', '{"code":"SECRET_NOT_FOUND"}')).toEqual(['Invalid API key', 'Unauthorized'])
    expect(titles(403, null, null)).toEqual(['Invalid API key', 'Unauthorized'])
    expect(titles(200, 'application/json', '{}')).toEqual([])
  })

  it.each(['not JSON', 'null', '7'])('an answer that is none of the proxy’s after all, %j, does no harm', (body) => {
    expect(titles(500, PROBLEM, body)).toEqual([])
  })
})
