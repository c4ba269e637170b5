import { expect, it } from '@jest/globals'
import { providerOfName } from './provider-of-name.js'

const PROVIDERS = [
  { id: 'openai', secretName: 'OPENAI_API_KEY' },
  { id: 'stripe', secretName: 'STRIPE_SECRET_KEY' },
]

it.each([
  ['OPENAI_API_KEY', 'openai'],
  ['STRIPE_SECRET_KEY_PROD', 'stripe'],
  ['openai_api_key', undefined],
  ['OPENAI_API_KEYS', undefined],
  ['MY_OPENAI_API_KEY', undefined],
  ['', undefined],
])('%p is a recommended name of %p', (name, id) => {
  expect(providerOfName(PROVIDERS, name)?.id).toBe(id)
})
