import { boundTo, everything, header, METHODS, PER_DEVICE, type Preset } from './preset.js'

/**
 * Source: the routes of `@google/genai` 2.32.0, and ai.google.dev/api/all-methods. `POST /batch` is the batch path of
 * Google's discovery documents: one request that contains many.
 */
export const GEMINI: Preset = {
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
    {
      name: 'Models and interactions',
      byDefault: true,
      lets: 'Asks models. Interactions are found again by who knows their ids.',
      paths: [
        '/v1beta/models',
        '/v1beta/models/*',
        '/v1beta/models/*/operations/*',
        '/v1beta/interactions',
        '/v1beta/interactions/**',
        '/v1/models',
        '/v1/models/*',
      ],
    },
    {
      name: 'Files',
      byDefault: true,
      lets: 'Uploads; and lists, uses and deletes the files, caches, batches and stores of everybody who uses the key.',
      paths: [
        '/upload/v1beta/files',
        '/v1beta/files/**',
        '/v1beta/cachedContents/**',
        '/v1beta/batches/**',
        '/upload/v1beta/fileSearchStores/*',
        '/v1beta/fileSearchStores/**',
      ],
    },
    everything('/v1beta/**', '/v1/**', '/upload/v1beta/**'),
  ],
  methods: METHODS,
  limits: PER_DEVICE,
  reserved: [
    { method: 'POST', path: '/v1alpha/auth_tokens', gives: 'a token for Google itself' },
    { method: 'POST', path: '/v1beta/auth_tokens', gives: 'a token for Google itself' },
    { method: 'POST', path: '/v1beta/webhooks', gives: 'a signing secret' },
    { method: 'POST', path: '/v1beta/webhooks/{webhook}:rotateSigningSecret', gives: 'a new signing secret' },
    { method: 'POST', path: '/v1beta/credentials', gives: 'a credential that agents use' },
    { method: 'POST', path: '/v1beta/agents', gives: 'an agent of the account' },
    { method: 'POST', path: '/v1beta/triggers', gives: 'agents that run by themselves' },
    { method: 'POST', path: '/v1beta/tunedModels/{model}/permissions', gives: 'others the account’s model' },
    { method: 'POST', path: '/v1beta/tunedModels/{model}:transferOwnership', gives: 'the account’s model away' },
    { method: 'POST', path: '/v1beta/corpora/{corpus}/permissions', gives: 'others the account’s texts' },
    { method: 'DELETE', path: '/v1beta/tunedModels/{model}', gives: 'the end of the account’s model' },
    { method: 'POST', path: '/batch', gives: 'any of these, within one request' },
  ],
}
