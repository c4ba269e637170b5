import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { compilePattern, pathSegments } from '@protectmyapi/service-kit/destinations/path-pattern'
import { restHarness } from '../../test/rest-harness.js'
import { PRESETS, pathsByDefault, presetById } from './presets.js'

/**
 * Requests that no phone may make with a key of these providers unless somebody opened them: they answer a credential,
 * give a role in the account or move money out of it. The presets list more of them.
 */
const NEVER_BY_DEFAULT: Readonly<Record<string, readonly string[]>> = {
  openai: [
    'POST /v1/realtime/client_secrets',
    'POST /v1/realtime/sessions',
    'POST /v1/realtime/transcription_sessions',
    'POST /v1/realtime/calls',
    'POST /v1/chatkit/sessions',
    'POST /v1/organization/admin_api_keys',
    'POST /v1/organization/projects/proj_1/service_accounts',
    'POST /v1/organization/users/user_1',
  ],
  anthropic: [
    'POST /v1/tunnels/t_1/reveal_token',
    'POST /v1/tunnels/t_1/rotate_token',
    'POST /v1/vaults/v_1/credentials',
    'POST /v1/organizations/service_accounts',
    'POST /v1/organizations/api_keys/k_1',
  ],
  gemini: [
    'POST /v1alpha/auth_tokens',
    'POST /v1beta/auth_tokens',
    'POST /v1beta/webhooks',
    'POST /v1beta/webhooks/w_1:rotateSigningSecret',
    'POST /v1beta/credentials',
    'POST /v1beta/tunedModels/m_1:transferOwnership',
    'POST /batch',
  ],
  stripe: [
    'POST /v1/ephemeral_keys',
    'POST /v1/customer_sessions',
    'POST /v1/webhook_endpoints',
    'POST /v1/terminal/connection_tokens',
    'POST /v1/refunds',
    'POST /v1/charges/ch_1/refund',
    'POST /v1/charges/ch_1/refunds',
    'POST /v1/invoices/in_1/pay',
    'POST /v1/payouts',
    'POST /v1/transfers',
    'POST /v1/accounts/acct_1/login_links',
    'POST /v2/core/event_destinations',
  ],
  stability: ['GET /v1/user/account', 'GET /v1/user/balance'],
  elevenlabs: [
    'POST /v1/service-accounts/sa_1/api-keys',
    'POST /v1/single-use-token/tts_websocket',
    'GET /v1/convai/conversation/get-signed-url',
    'GET /v1/convai/conversation/token',
    'GET /v1/user',
    'POST /v1/workspace/webhooks',
    'GET /v1/history',
  ],
}

/** Decides as a proxy does. */
const allows = (service: { methods: string[]; paths: string[] }, asked: string): boolean => {
  const [method = '', path = ''] = asked.split(' ')
  const segments = pathSegments(path)
  return service.methods.includes(method) && service.paths.some((text) => compilePattern(text).matches(segments))
}

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')

describe('a preset', () => {
  it.each(PRESETS.map((preset) => [preset.id, preset] as const))(
    '%s creates a whole service from a name and a slug once its secret exists, with no reserved endpoint open',
    async (id, preset) => {
      const fresh = await house.organization(owner, `Preset ${id}`)
      const create = () => owner.ask('POST', `/orgs/${fresh}/services`, { name: preset.name, slug: id, preset: id })
      const missing = await create().expect(400)
      expect(missing.body.detail).toContain(preset.secretName)
      await owner
        .ask('POST', `/orgs/${fresh}/secrets`, { name: preset.secretName, value: 'value-of-a-key' })
        .expect(201)
      const { body } = await create().expect(201)
      expect(body).toMatchObject({
        preset: id,
        baseUrl: preset.baseUrl,
        warnings: [],
      })
      expect(body.paths.length).toBeGreaterThan(0)
      const reserved = preset.reserved.map(({ method, path }) => `${method} ${path}`)
      const never = NEVER_BY_DEFAULT[id] ?? []
      expect(never).not.toEqual([])
      expect([...never, ...reserved].filter((asked) => allows(body, asked))).toEqual([])
      expect(body.auth.secret).toBe(preset.secretName)
      expect(body.limits).toEqual([{ scope: 'device', count: 60, periodSeconds: 60, burst: 20 }])
    },
  )

  it.each([
    ['openai', 'POST /v1/responses'],
    ['openai', 'POST /v1/audio/transcriptions'],
    ['openai', 'POST /v1/files'],
    ['openai', 'DELETE /v1/files/file-1'],
    ['anthropic', 'POST /v1/messages'],
    ['gemini', 'POST /v1beta/models/gemini-2.5-flash:streamGenerateContent'],
    ['stripe', 'POST /v1/payment_intents'],
    ['stripe', 'GET /v1/customers'],
    ['stability', 'POST /v2beta/stable-image/generate/core'],
    ['elevenlabs', 'POST /v1/text-to-speech/voice_1/stream'],
  ])('%s lets an app ask %s', (id, asked) => {
    const preset = presetById(id)
    if (!preset) throw new Error(`no preset ${id}`)
    expect(allows({ methods: [...preset.methods], paths: pathsByDefault(preset) }, asked)).toBe(true)
  })

  it('opens reserved endpoints if the request gives paths that cover them, and warns what an app can make of that', async () => {
    const org = await house.organization(owner, 'Everything')
    await owner.ask('POST', `/orgs/${org}/secrets`, { name: 'OPENAI_API_KEY', value: 'value-of-a-key' }).expect(201)
    const { body } = await owner
      .ask('POST', `/orgs/${org}/services`, { name: 'S', slug: 's', preset: 'openai', paths: ['/v1/**'] })
      .expect(201)
    expect(body.warnings).toEqual([
      'Its paths let an app make credentials of its own, or change the account: POST /v1/realtime/client_secrets (a token (ek_…) for OpenAI itself), POST /v1/realtime/sessions (a token (ek_…) for OpenAI itself), POST /v1/realtime/transcription_sessions (a token for OpenAI itself) and 12 more. No limit, record or revocation applies to requests made with those credentials. Allow only the paths that the app needs.',
    ])
  })

  it('gives way to the auth, limits and paths that the request states', async () => {
    const org = await house.organization(owner, 'Own')
    await owner.ask('POST', `/orgs/${org}/secrets`, { name: 'OPENAI_API_KEY_DEV', value: 'value-of-a-key' }).expect(201)
    const own = { auth: { type: 'bearer', secret: 'OPENAI_API_KEY_DEV' }, limits: [], paths: ['/v1/embeddings'] }
    const { body } = await owner
      .ask('POST', `/orgs/${org}/services`, { name: 'S', slug: 's', preset: 'openai', ...own })
      .expect(201)
    expect(body).toMatchObject({ ...own, baseUrl: 'https://api.openai.com' })
    expect(body.warnings).toEqual([expect.stringContaining('No rate limit')])
  })

  it('is listed with its secret’s name, the page that issues keys, and what its endpoints let an app do', async () => {
    const { body } = await owner.ask('GET', '/presets').expect(200)
    expect(body.items.map((item: { id: string }) => item.id)).toEqual([
      'openai',
      'anthropic',
      'gemini',
      'stripe',
      'stability',
      'elevenlabs',
    ])
    expect(body.items[0]).toMatchObject({
      secretName: 'OPENAI_API_KEY',
      keyFrom: 'https://platform.openai.com/api-keys',
    })
    for (const { endpoints } of body.items)
      expect(endpoints.at(-1)).toMatchObject({
        name: 'Everything',
        byDefault: false,
        lets: expect.stringContaining('credentials'),
      })
  })
})
