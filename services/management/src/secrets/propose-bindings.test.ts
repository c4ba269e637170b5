import { describe, expect, it } from '@jest/globals'
import { proposeBindings } from './propose-bindings.js'

const OPENAI = {
  id: 'openai',
  secretName: 'OPENAI_API_KEY',
  bindings: {
    origins: ['https://api.openai.com'],
    placements: [{ kind: 'header', name: 'authorization' }],
    services: [],
  },
} as const
const OWN = {
  origins: ['https://API.example.com:443'],
  placements: [{ kind: 'query', name: 'key' }],
  services: [],
} as const

describe('bindings of a new secret', () => {
  it.each(['OPENAI_API_KEY', 'OPENAI_API_KEY_PROD', 'OPENAI_API_KEY_DEV'])(
    'are recognised from the name %s',
    (name) => {
      expect(proposeBindings([OPENAI], { name })).toEqual(OPENAI.bindings)
    },
  )

  it('are what the request says, in their one spelling, before any preset or name', () => {
    expect(proposeBindings([OPENAI], { name: 'OPENAI_API_KEY', preset: 'openai', bindings: OWN }).origins).toEqual([
      'https://api.example.com',
    ])
  })

  it.each(['openai_api_key', 'MY_OPENAI_API_KEY', 'OPENAI_API_KEY_STAGING', 'CUSTOM'])(
    'are never guessed for %s: the refusal explains',
    (name) => {
      expect(() => proposeBindings([OPENAI], { name })).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
    },
  )

  it('are refused without an origin or a placement, and for an unknown preset', () => {
    expect(() => proposeBindings([], { name: 'A', bindings: { ...OWN, origins: [] } })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    )
    expect(() => proposeBindings([], { name: 'A', bindings: { ...OWN, placements: [] } })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    )
    expect(() => proposeBindings([OPENAI], { name: 'A', preset: 'opnai' })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    )
  })

  it('may be internal services, beside whole places or alone', () => {
    const services = ['spiffe://example.org/ns/app/sa/worker']
    const alone = { origins: [], placements: [], services }
    expect(proposeBindings([], { name: 'A', bindings: alone })).toEqual(alone)
    expect(proposeBindings([], { name: 'A', bindings: { ...OWN, services } })).toMatchObject({ services })
    expect(() => proposeBindings([], { name: 'A', bindings: { ...OWN, origins: [], services } })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    )
  })
})
