import { BEARER, boundTo, everything, METHODS, PER_DEVICE, type Preset } from './preset.js'

/** Source: platform.stability.ai/docs/api-reference, which has no endpoint that makes keys. */
export const STABILITY: Preset = {
  id: 'stability',
  name: 'Stability AI',
  baseUrl: 'https://api.stability.ai',
  secretName: 'STABILITY_API_KEY',
  keyFrom: 'https://platform.stability.ai/',
  auth: { type: 'bearer' },
  bindings: boundTo('https://api.stability.ai', BEARER),
  defaultHeaders: {},
  endpoints: [
    {
      name: 'Images, audio and 3D',
      byDefault: true,
      lets: 'Makes and edits images, sounds and models. Results are found again by who knows their ids.',
      paths: ['/v2beta/stable-image/**', '/v2beta/audio/**', '/v2beta/3d/**', '/v2beta/results/*'],
    },
    {
      name: 'Version 1',
      byDefault: true,
      lets: 'Makes images with the engines of version 1.',
      paths: ['/v1/generation/**', '/v1/engines/list'],
    },
    everything('/v1/**', '/v2alpha/**', '/v2beta/**'),
  ],
  methods: METHODS,
  limits: PER_DEVICE,
  reserved: [
    { method: 'GET', path: '/v1/user/account', gives: 'the account’s e-mail address and organizations' },
    { method: 'GET', path: '/v1/user/balance', gives: 'the account’s balance' },
  ],
}
