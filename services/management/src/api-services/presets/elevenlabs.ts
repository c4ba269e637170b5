import { boundTo, everything, header, PER_DEVICE, type Preset } from './preset.js'

/** Source: elevenlabs.io/docs/api-reference; the key in `GET /v1/user`: `types/user.py` of its Python SDK. */
export const ELEVENLABS: Preset = {
  id: 'elevenlabs',
  name: 'ElevenLabs',
  baseUrl: 'https://api.elevenlabs.io',
  secretName: 'ELEVENLABS_API_KEY',
  keyFrom: 'https://elevenlabs.io/app/settings/api-keys',
  auth: { type: 'header', name: 'xi-api-key' },
  bindings: boundTo('https://api.elevenlabs.io', header('xi-api-key')),
  defaultHeaders: {},
  endpoints: [
    {
      name: 'Speech and sounds',
      byDefault: true,
      lets: 'Speaks, listens and makes sounds with the account’s voices.',
      paths: [
        '/v1/text-to-speech/**',
        '/v1/speech-to-text',
        '/v1/speech-to-speech/**',
        '/v1/sound-generation',
        '/v1/models',
        '/v1/voices',
        '/v2/voices',
      ],
    },
    everything('/v1/**', '/v2/**'),
  ],
  methods: ['GET', 'POST'],
  limits: PER_DEVICE,
  reserved: [
    { method: 'POST', path: '/v1/single-use-token/{type}', gives: 'a token for ElevenLabs itself' },
    { method: 'GET', path: '/v1/convai/conversation/get-signed-url', gives: 'a call with ElevenLabs itself' },
    { method: 'GET', path: '/v1/convai/conversation/token', gives: 'a token for ElevenLabs itself' },
    { method: 'POST', path: '/v1/service-accounts/{account}/api-keys', gives: 'a key' },
    { method: 'PATCH', path: '/v1/service-accounts/{account}/api-keys/{key}', gives: 'a key other rights' },
    { method: 'GET', path: '/v1/user', gives: 'a key of the user, where it is kept' },
    { method: 'POST', path: '/v1/convai/secrets', gives: 'a secret that agents use' },
    { method: 'POST', path: '/v1/convai/agents/create', gives: 'an agent of the account' },
    { method: 'POST', path: '/v1/convai/twilio/outbound-call', gives: 'a telephone call' },
    { method: 'POST', path: '/v1/workspace/webhooks', gives: 'a signing secret' },
    { method: 'POST', path: '/v1/workspace/invites/add', gives: 'a person in the workspace' },
    { method: 'POST', path: '/v1/workspace/members', gives: 'a role in the workspace' },
    { method: 'POST', path: '/v1/voices/add', gives: 'a voice to the account' },
    { method: 'DELETE', path: '/v1/voices/{voice}', gives: 'the end of the account’s voice' },
  ],
}
