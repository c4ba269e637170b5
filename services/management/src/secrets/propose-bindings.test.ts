import { describe, expect, it } from '@jest/globals'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { hostileUrls } from '@protectmyapi/service-kit/test/hostile-urls'
import { type BindingPreset, proposeBindings } from './propose-bindings.js'

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

const rules = (presets: readonly BindingPreset[], exempt: readonly string[] = []) => ({
  presets,
  privateUpstreams: privateUpstreams(exempt),
})

describe('the bindings of a new secret', () => {
  it.each(['OPENAI_API_KEY', 'OPENAI_API_KEY_PROD', 'OPENAI_API_KEY_DEV'])(
    'are recognised from the name %s',
    (name) => {
      expect(proposeBindings(rules([OPENAI]), { name })).toEqual(OPENAI.bindings)
    },
  )

  it('are those of the request, in their one spelling, even where a preset or the name would give others', () => {
    expect(
      proposeBindings(rules([OPENAI]), { name: 'OPENAI_API_KEY', preset: 'openai', bindings: OWN }).origins,
    ).toEqual(['https://api.example.com'])
  })

  it.each(['openai_api_key', 'MY_OPENAI_API_KEY', 'OPENAI_API_KEY_STAGING', 'CUSTOM'])(
    'are not guessed from the name %s: it is refused with INVALID_REQUEST',
    (name) => {
      expect(() => proposeBindings(rules([OPENAI]), { name })).toThrow(
        expect.objectContaining({ code: 'INVALID_REQUEST' }),
      )
    },
  )

  it('are refused without an origin, without a placement, and for an unknown preset', () => {
    expect(() => proposeBindings(rules([]), { name: 'A', bindings: { ...OWN, origins: [] } })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    )
    expect(() => proposeBindings(rules([]), { name: 'A', bindings: { ...OWN, placements: [] } })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    )
    expect(() => proposeBindings(rules([OPENAI]), { name: 'A', preset: 'opnai' })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    )
  })

  it('are refused if an origin is one that a proxy never dials', () => {
    for (const origin of [...hostileUrls(), 'http://api.example.com', 'ftp://api.example.com']) {
      const bindings = { ...OWN, origins: [...OWN.origins, origin] }
      const errors = [expect.objectContaining({ pointer: '/bindings/origins' })]
      const refusal = expect.objectContaining({ code: 'INVALID_REQUEST', details: { errors } })
      expect(() => proposeBindings(rules([]), { name: origin, bindings })).toThrow(refusal)
    }
  })

  it('may have an origin that an operator has exempted in development', () => {
    const origins = ['http://127.0.0.1:4010']
    expect(proposeBindings(rules([], ['127.0.0.1']), { name: 'A', bindings: { ...OWN, origins } })).toMatchObject({
      origins,
    })
  })

  it('may be internal services, alone or beside origins with placements', () => {
    const services = ['spiffe://example.org/ns/app/sa/worker']
    const alone = { origins: [], placements: [], services }
    expect(proposeBindings(rules([]), { name: 'A', bindings: alone })).toEqual(alone)
    expect(proposeBindings(rules([]), { name: 'A', bindings: { ...OWN, services } })).toMatchObject({ services })
    expect(() => proposeBindings(rules([]), { name: 'A', bindings: { ...OWN, origins: [], services } })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    )
  })
})
