import { describe, expect, it } from '@jest/globals'
import type { InjectedField__Output } from '@protectmyapi/protos/generated/directory/v1/InjectedField'
import { routeResponse } from '../test/route-response.js'
import { routeFromWire } from './route-from-wire.js'

/** The key, with a literal field beside it. */
function beside(header: string): ReturnType<typeof routeResponse> {
  const key = routeResponse().injection?.fields ?? []
  const literal: InjectedField__Output = {
    surface: 'header',
    header,
    value: { parts: [{ part: 'literal', literal: 'evil.example' }] },
    password: null,
  }
  return routeResponse({ injection: { fields: [...key, literal] } })
}

it.each([
  [0, 1_073_741_824],
  [1_000, 1_000],
  [1_000_000_000_000, 1_073_741_824],
])('a service whose body limit on the wire is %d bytes takes bodies of up to %d bytes', (said, taken) => {
  const { target } = routeResponse()
  const wire = routeResponse({ target: target && { ...target, bodyBytesMax: said } })
  expect(routeFromWire(wire).target.bodyBytesMax).toBe(taken)
})

describe('a route from a directory that an attacker controls', () => {
  it.each([
    ['Host'],
    ['hOST'],
    ['X-Forwarded-Host'],
    ['x_forwarded_host'],
    ['Content-Length'],
    ['Transfer-Encoding'],
    ['Connection'],
    ['Upgrade'],
    ['x-a: b\r\nHost'],
    [''],
  ])('is refused with INTERNAL when it sets the header %j beside a key', (name) => {
    expect(() => routeFromWire(beside(name))).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  })

  it.each<[string, Parameters<typeof routeResponse>[0]]>([
    ['2^53, in a secret', { secrets: [{ secretId: 'sec_a', versionId: 'ver_a', generation: 2 ** 53, name: 'A' }] }],
    ['2^63, in a label', { labels: [{ kind: 'FEED_KIND_SECRET', id: 'sec_a', generation: 2 ** 63 }] }],
  ])('is refused with INTERNAL when it has the generation %s', (_what, numbered) => {
    expect(() => routeFromWire(routeResponse(numbered))).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  })

  it('may set a header that an administrator may set', () => {
    expect(routeFromWire(beside('OpenAI-Beta')).injection).toContainEqual(
      expect.objectContaining({ kind: 'header', name: 'OpenAI-Beta' }),
    )
  })
})
