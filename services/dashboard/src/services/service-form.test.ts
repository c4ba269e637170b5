import { describe, expect, it } from '@jest/globals'
import type { Preset, Service } from '../api/types.js'
import {
  changesOf,
  NEW_SERVICE,
  presetForm,
  recommendedSecret,
  SERVICE_RULES,
  serviceForm,
  settingsOf,
} from './service-form.js'

const SERVICE: Service = {
  id: 'svc_1',
  slug: 'openai',
  name: 'OpenAI',
  preset: 'openai',
  baseUrl: 'https://api.openai.com',
  auth: { type: 'bearer', secret: 'OPENAI_API_KEY' },
  extraHeaders: { 'openai-organization': 'org-1' },
  methods: ['POST'],
  paths: ['/v1/chat/completions'],
  limits: [{ scope: 'device', count: 60, periodSeconds: 60, burst: 10 }],
  timeoutMs: 1_500,
  bodyBytesMax: 1_000_001,
  scrub: true,
  forwardTraceContext: false,
  enabled: true,
  externalVersion: null,
  warnings: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
}

const PRESET: Preset = {
  id: 'eleven',
  name: 'Eleven',
  baseUrl: 'https://api.eleven.example',
  secretName: 'ELEVEN_KEY',
  keyFrom: 'https://eleven.example/keys',
  auth: { type: 'header', name: 'xi-api-key' },
  bindings: { origins: ['https://api.eleven.example'], placements: [{ kind: 'header', name: 'xi-api-key' }] },
  defaultHeaders: {},
  endpoints: [
    { name: 'Speech', byDefault: true, lets: 'speak', paths: ['/v1/speech/*'] },
    { name: 'Voices', byDefault: false, lets: 'make voices', paths: ['/v1/voices'] },
  ],
  methods: ['POST'],
  limits: [{ scope: 'device', count: 5, periodSeconds: 60, burst: 5 }],
  reserved: [],
}

describe('a form that was filled in from a service', () => {
  it.each<Service['auth']>([
    { type: 'none' },
    { type: 'bearer', secret: 'KEY' },
    { type: 'header', name: 'X-Api-Key', secret: 'KEY' },
    { type: 'query', name: 'key', secret: 'KEY' },
    { type: 'basic', user: '{{USER}}', password: '' },
    { type: 'custom', headers: { a: '{{KEY}}' }, query: { b: '{{KEY}}' }, path: '/bot{{KEY}}' },
    { type: 'custom', headers: {}, query: {} },
  ])('changes nothing by itself: auth %j', (auth) => {
    const service = { ...SERVICE, auth }
    expect(changesOf(service, serviceForm(service))).toEqual({})
    expect(settingsOf(serviceForm(service))).toMatchObject({ auth, timeoutMs: 1_500, bodyBytesMax: 1_000_001 })
  })

  it('changes what was changed, whole, and nothing else', () => {
    const form = { ...serviceForm(SERVICE), paths: '/v1/chat/completions\n/v1/responses', timeoutSeconds: 30 }
    expect(changesOf(SERVICE, form)).toEqual({ paths: ['/v1/chat/completions', '/v1/responses'], timeoutMs: 30_000 })
  })

  it('leaves enabling to the action of its own', () => {
    expect(changesOf(SERVICE, { ...serviceForm(SERVICE), enabled: false })).toEqual({})
  })
})

describe('a form that was filled in from a preset', () => {
  it('has the preset’s base URL, auth, methods, limits, and the paths that it allows by default', () => {
    expect(settingsOf(presetForm(PRESET, ['ELEVEN_KEY']))).toMatchObject({
      name: 'Eleven',
      slug: 'eleven',
      baseUrl: 'https://api.eleven.example',
      auth: { type: 'header', name: 'xi-api-key', secret: 'ELEVEN_KEY' },
      methods: ['POST'],
      paths: ['/v1/speech/*'],
      limits: [{ scope: 'device', count: 5, periodSeconds: 60, burst: 5 }],
    })
  })

  it.each([
    [['A', 'ELEVEN_KEY_PROD', 'ELEVEN_KEY'], 'ELEVEN_KEY'],
    [['A', 'ELEVEN_KEY_PROD'], 'ELEVEN_KEY_PROD'],
    [['eleven_key', 'ELEVEN_KEYS'], undefined],
  ])('of the secrets %j uses %j', (secrets, expected) => {
    expect(recommendedSecret(PRESET, secrets)).toBe(expected)
  })
})

describe('a form of a new service', () => {
  it('limits each device and scrubs unless somebody decides otherwise', () => {
    expect(settingsOf(NEW_SERVICE)).toMatchObject({
      limits: [{ scope: 'device', count: 60, periodSeconds: 60, burst: 10 }],
      scrub: true,
      timeoutMs: 120_000,
      bodyBytesMax: 32 * 1024 * 1024,
    })
  })

  it('is refused without a timeout or a size', () => {
    expect(SERVICE_RULES.timeoutSeconds('')).toBe('Give a number of seconds, from 1 to 600.')
    expect(SERVICE_RULES.bodyMebibytes('')).toBe('Give a size in MiB, more than 0 and at most 1024.')
    expect(SERVICE_RULES.bodyMebibytes(0)).toBe('Give a size in MiB, more than 0 and at most 1024.')
    expect(SERVICE_RULES.timeoutSeconds(1)).toBeNull()
    expect(SERVICE_RULES.bodyMebibytes(0.5)).toBeNull()
  })

  it('is refused at each field that is required and empty', () => {
    const { preset, name, slug, baseUrl, auth } = SERVICE_RULES
    const refusals = [
      preset(NEW_SERVICE.preset),
      name(NEW_SERVICE.name),
      slug(NEW_SERVICE.slug),
      baseUrl(NEW_SERVICE.baseUrl),
      auth(NEW_SERVICE.auth),
    ]
    expect(refusals).toEqual([
      'Choose a provider, or “Another provider”.',
      'Give a name.',
      'Give a slug, such as openai: it stands in the address that apps call.',
      'Give the provider’s base URL, such as https://api.example.com.',
      'Choose a secret.',
    ])
    expect([preset('openai'), name('A'), slug('a'), baseUrl('https://a.example')]).toEqual([null, null, null, null])
  })
})
