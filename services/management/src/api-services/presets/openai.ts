import { BEARER, boundTo, everything, PER_DEVICE, type Preset } from './preset.js'

/** Source: the routes of `openai` 6.49.0; `POST /v1/realtime/calls`: OpenAI's guide to Realtime over WebRTC. */
export const OPENAI: Preset = {
  id: 'openai',
  name: 'OpenAI',
  baseUrl: 'https://api.openai.com',
  secretName: 'OPENAI_API_KEY',
  keyFrom: 'https://platform.openai.com/api-keys',
  auth: { type: 'bearer' },
  bindings: boundTo('https://api.openai.com', BEARER),
  defaultHeaders: {},
  endpoints: [
    {
      // Methods are one list for all paths: to leave out the GET that lists completions would take models and answers along.
      name: 'Chat and responses',
      byDefault: true,
      lets: 'Asks models. Answers and conversations are found again by who knows their ids; chat completions that an app has stored (`store: true`) are listed to all.',
      paths: [
        '/v1/chat/completions',
        '/v1/responses',
        '/v1/responses/**',
        '/v1/conversations',
        '/v1/conversations/**',
        '/v1/models',
        '/v1/models/*',
      ],
    },
    {
      name: 'Audio',
      byDefault: true,
      lets: 'Speaks and listens, a request at a time.',
      paths: ['/v1/audio/speech', '/v1/audio/transcriptions', '/v1/audio/translations'],
    },
    {
      name: 'Images',
      byDefault: true,
      lets: 'Makes and edits images.',
      paths: ['/v1/images/generations', '/v1/images/edits', '/v1/images/variations'],
    },
    {
      name: 'Embeddings and moderations',
      byDefault: true,
      lets: 'Makes vectors of texts, and judges texts.',
      paths: ['/v1/embeddings', '/v1/moderations'],
    },
    {
      name: 'Files',
      byDefault: true,
      lets: 'Uploads; and lists, reads and, with DELETE, deletes the files, batches, vector stores and videos of everybody who uses the key.',
      paths: ['/v1/files/**', '/v1/uploads/**', '/v1/batches/**', '/v1/vector_stores/**', '/v1/videos/**'],
    },
    {
      name: 'Realtime',
      byDefault: false,
      lets: 'Makes tokens and calls by which a phone speaks to OpenAI by itself: no limit, record or revocation of ours reaches those.',
      paths: ['/v1/realtime/**'],
    },
    everything('/v1/**'),
  ],
  // No DELETE: of a model, that deletes the account's own.
  methods: ['GET', 'POST'],
  limits: PER_DEVICE,
  reserved: [
    { method: 'POST', path: '/v1/realtime/client_secrets', gives: 'a token (ek_…) for OpenAI itself' },
    { method: 'POST', path: '/v1/realtime/sessions', gives: 'a token (ek_…) for OpenAI itself' },
    { method: 'POST', path: '/v1/realtime/transcription_sessions', gives: 'a token for OpenAI itself' },
    { method: 'POST', path: '/v1/realtime/calls', gives: 'a call with OpenAI itself' },
    { method: 'POST', path: '/v1/chatkit/sessions', gives: 'a client secret for OpenAI itself' },
    { method: 'POST', path: '/v1/organization/admin_api_keys', gives: 'an administrator’s key' },
    {
      method: 'POST',
      path: '/v1/organization/projects/{project}/service_accounts',
      gives: 'a service account with a key',
    },
    {
      method: 'POST',
      path: '/v1/organization/projects/{project}/service_accounts/{account}/api_keys',
      gives: 'a key',
    },
    { method: 'POST', path: '/v1/organization/invites', gives: 'a person in the organization' },
    { method: 'POST', path: '/v1/organization/users/{user}', gives: 'a role in the organization' },
    { method: 'POST', path: '/v1/projects/{project}/users/{user}/roles', gives: 'a role in a project' },
    { method: 'POST', path: '/v1/organization/certificates', gives: 'a certificate to sign in by' },
    { method: 'POST', path: '/v1/organization/spend_limit', gives: 'another bound of the bill' },
    {
      method: 'POST',
      path: '/v1/fine_tuning/checkpoints/{checkpoint}/permissions',
      gives: 'the account’s model to another project',
    },
    { method: 'POST', path: '/v1/fine_tuning/jobs', gives: 'a model to the account' },
    { method: 'DELETE', path: '/v1/models/{model}', gives: 'the end of the account’s model' },
  ],
}
