import type { Bindings, Placement } from '@protectmyapi/service-kit/bindings'
import type { LimitSpec } from '../limits.js'

/** How a provider takes its key, without the key. */
type PresetAuth = { readonly type: 'bearer' } | { readonly type: 'header'; readonly name: string }

/** What is known of a provider: it fills a new service, and proposes where a new secret may go. */
export interface Preset {
  readonly id: string
  readonly name: string
  /** The origin without a version: the SDK's own version stays in the path. */
  readonly baseUrl: string
  /** Recognised with `_PROD` and `_DEV` too. */
  readonly secretName: string
  readonly keyFrom: string
  readonly auth: PresetAuth
  readonly bindings: Bindings
  /**
   * What clients without an SDK have to send beside the key. Not injected: SDKs send their own, newer ones, and what is
   * injected would replace them. They never hold secrets.
   */
  readonly defaultHeaders: Readonly<Record<string, string>>
  /** The first one is what a new service allows: all that the provider's SDK calls. The others are narrower choices. */
  readonly endpoints: readonly EndpointGroup[]
  readonly methods: readonly ('GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE')[]
  readonly limits: readonly LimitSpec[]
}

interface EndpointGroup {
  readonly name: string
  readonly paths: readonly string[]
}

/** A chat at full speed, and no bill that ruins anybody overnight. */
const PER_DEVICE: readonly LimitSpec[] = [{ scope: 'device', count: 60, periodSeconds: 60, burst: 20 }]
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const BEARER: Placement = { kind: 'header', name: 'authorization' }

const boundTo = (origin: string, ...placements: readonly Placement[]): Bindings => ({
  origins: [origin],
  placements,
  services: [],
})
const header = (name: string): Placement => ({ kind: 'header', name })

export const PRESETS: readonly Preset[] = [
  {
    id: 'openai',
    name: 'OpenAI',
    baseUrl: 'https://api.openai.com',
    secretName: 'OPENAI_API_KEY',
    keyFrom: 'https://platform.openai.com/api-keys',
    auth: { type: 'bearer' },
    bindings: boundTo('https://api.openai.com', BEARER),
    defaultHeaders: {},
    endpoints: [
      { name: 'All', paths: ['/v1/**'] },
      {
        name: 'Chat and responses',
        paths: ['/v1/chat/completions', '/v1/responses', '/v1/responses/**', '/v1/models', '/v1/models/*'],
      },
      { name: 'Audio', paths: ['/v1/audio/**'] },
      { name: 'Images', paths: ['/v1/images/**'] },
      { name: 'Embeddings', paths: ['/v1/embeddings'] },
    ],
    methods: METHODS,
    limits: PER_DEVICE,
  },
  {
    id: 'anthropic',
    name: 'Anthropic',
    baseUrl: 'https://api.anthropic.com',
    secretName: 'ANTHROPIC_API_KEY',
    keyFrom: 'https://console.anthropic.com/',
    auth: { type: 'header', name: 'x-api-key' },
    bindings: boundTo('https://api.anthropic.com', header('x-api-key')),
    defaultHeaders: { 'anthropic-version': '2023-06-01' },
    endpoints: [
      { name: 'All', paths: ['/v1/**'] },
      { name: 'Messages', paths: ['/v1/messages', '/v1/messages/count_tokens', '/v1/models', '/v1/models/*'] },
    ],
    methods: METHODS,
    limits: PER_DEVICE,
  },
  {
    id: 'gemini',
    name: 'Google Gemini',
    baseUrl: 'https://generativelanguage.googleapis.com',
    secretName: 'GOOGLE_API_KEY',
    keyFrom: 'https://aistudio.google.com/app/apikey',
    auth: { type: 'header', name: 'x-goog-api-key' },
    bindings: boundTo('https://generativelanguage.googleapis.com', header('x-goog-api-key'), {
      kind: 'query',
      name: 'key',
    }),
    defaultHeaders: {},
    endpoints: [
      { name: 'All', paths: ['/v1beta/**', '/v1/**', '/upload/v1beta/**'] },
      { name: 'Models', paths: ['/v1beta/models', '/v1beta/models/*', '/v1/models', '/v1/models/*'] },
      { name: 'Files', paths: ['/v1beta/files', '/v1beta/files/**', '/upload/v1beta/files'] },
    ],
    methods: METHODS,
    limits: PER_DEVICE,
  },
  {
    id: 'stripe',
    name: 'Stripe',
    baseUrl: 'https://api.stripe.com',
    secretName: 'STRIPE_SECRET_KEY',
    keyFrom: 'https://dashboard.stripe.com/apikeys',
    auth: { type: 'bearer' },
    bindings: boundTo('https://api.stripe.com', BEARER),
    defaultHeaders: {},
    endpoints: [
      { name: 'All', paths: ['/v1/**', '/v2/**'] },
      {
        name: 'Payments',
        paths: [
          '/v1/payment_intents',
          '/v1/payment_intents/**',
          '/v1/customers',
          '/v1/customers/**',
          '/v1/ephemeral_keys',
        ],
      },
    ],
    methods: METHODS,
    limits: PER_DEVICE,
  },
  {
    id: 'stability',
    name: 'Stability AI',
    baseUrl: 'https://api.stability.ai',
    secretName: 'STABILITY_API_KEY',
    keyFrom: 'https://platform.stability.ai/',
    auth: { type: 'bearer' },
    bindings: boundTo('https://api.stability.ai', BEARER),
    defaultHeaders: {},
    endpoints: [
      { name: 'All', paths: ['/v1/**', '/v2alpha/**', '/v2beta/**'] },
      { name: 'Stable Image', paths: ['/v2beta/stable-image/**', '/v2beta/results/*'] },
    ],
    methods: METHODS,
    limits: PER_DEVICE,
  },
  {
    id: 'elevenlabs',
    name: 'ElevenLabs',
    baseUrl: 'https://api.elevenlabs.io',
    secretName: 'ELEVENLABS_API_KEY',
    keyFrom: 'https://elevenlabs.io/app/settings/api-keys',
    auth: { type: 'header', name: 'xi-api-key' },
    bindings: boundTo('https://api.elevenlabs.io', header('xi-api-key')),
    defaultHeaders: {},
    endpoints: [
      { name: 'All', paths: ['/v1/**', '/v2/**'] },
      { name: 'Speech', paths: ['/v1/text-to-speech/**', '/v1/speech-to-text', '/v1/voices', '/v2/voices'] },
    ],
    methods: METHODS,
    limits: PER_DEVICE,
  },
]

export function presetById(id: string): Preset | undefined {
  return PRESETS.find((preset) => preset.id === id)
}
