import { boundTo, everything, header, METHODS, PER_DEVICE, type Preset } from './preset.js'

/** Source: the routes of `@anthropic-ai/sdk` 1.12.0. */
export const ANTHROPIC: Preset = {
  id: 'anthropic',
  name: 'Anthropic',
  baseUrl: 'https://api.anthropic.com',
  secretName: 'ANTHROPIC_API_KEY',
  keyFrom: 'https://console.anthropic.com/',
  auth: { type: 'header', name: 'x-api-key' },
  bindings: boundTo('https://api.anthropic.com', header('x-api-key')),
  defaultHeaders: { 'anthropic-version': '2023-06-01' },
  endpoints: [
    {
      name: 'Messages',
      byDefault: true,
      lets: 'Asks models.',
      paths: ['/v1/messages', '/v1/messages/count_tokens', '/v1/complete', '/v1/models', '/v1/models/*'],
    },
    {
      name: 'Files',
      byDefault: true,
      lets: 'Uploads; and lists, reads and deletes the files and batches of everybody who uses the key.',
      paths: ['/v1/files/**', '/v1/messages/batches/**'],
    },
    everything('/v1/**'),
  ],
  methods: METHODS,
  limits: PER_DEVICE,
  reserved: [
    { method: 'POST', path: '/v1/tunnels/{tunnel}/reveal_token', gives: 'a tunnel’s token' },
    { method: 'POST', path: '/v1/tunnels/{tunnel}/rotate_token', gives: 'a tunnel’s new token' },
    { method: 'POST', path: '/v1/vaults/{vault}/credentials', gives: 'a credential that agents use' },
    { method: 'POST', path: '/v1/user_profiles/{profile}/enrollment_url', gives: 'an address to enrol at' },
    { method: 'GET', path: '/v1/environments/{environment}/work/poll', gives: 'the work of the account’s agents' },
    { method: 'POST', path: '/v1/agents', gives: 'an agent of the account' },
    { method: 'POST', path: '/v1/skills', gives: 'code that the account’s agents run' },
    { method: 'POST', path: '/v1/organizations/service_accounts', gives: 'a service account' },
    { method: 'POST', path: '/v1/organizations/federation_rules', gives: 'others the right to make tokens' },
    { method: 'POST', path: '/v1/organizations/api_keys/{key}', gives: 'a key back, or its end' },
    { method: 'POST', path: '/v1/organizations/webhooks', gives: 'a signing secret' },
    {
      method: 'POST',
      path: '/v1/organizations/webhooks/{webhook}/regenerate_signing_secret',
      gives: 'a new signing secret',
    },
    { method: 'POST', path: '/v1/organizations/invites', gives: 'a person in the organization' },
    { method: 'POST', path: '/v1/organizations/users/{user}', gives: 'a role in the organization' },
    { method: 'DELETE', path: '/v1/organizations/users/{user}', gives: 'the end of a person’s account' },
  ],
}
