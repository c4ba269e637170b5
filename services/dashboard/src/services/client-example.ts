import type { Service } from '../api/types.js'
import { examplePath } from './test-call-form.js'

/** Management does not know where phones reach the proxy. */
const PROXY = 'https://PROXY'

/** The path under which apps find the service at the proxy. The provider’s own path follows. */
export const appPath = (slug: string): string => `/v1/p/${slug}/`

/** How an app’s code calls the service: with the provider’s SDK where that takes a base URL. */
export function clientExample({ preset, slug }: Pick<Service, 'preset' | 'slug'>): string {
  const base = `${PROXY}/v1/p/${slug}`
  switch (preset) {
    case 'openai':
      return lines(
        "import OpenAI from 'openai'",
        '',
        `const openai = new OpenAI({ baseURL: '${base}/v1', apiKey: sessionToken })`,
      )
    case 'anthropic':
      return lines(
        "import Anthropic from '@anthropic-ai/sdk'",
        '',
        `const anthropic = new Anthropic({ baseURL: '${base}', apiKey: sessionToken })`,
      )
    case 'gemini':
      return lines(
        "import { GoogleGenAI } from '@google/genai'",
        '',
        `const gemini = new GoogleGenAI({ httpOptions: { baseUrl: '${base}' }, apiKey: sessionToken })`,
      )
    default:
      return lines(
        `await fetch('${base}/…', {`,
        "  headers: { authorization: 'Bearer ' + sessionToken },",
        '})',
        '',
        '// With the SDK of openai, if the provider’s API is compatible:',
        `new OpenAI({ baseURL: '${base}/v1', apiKey: sessionToken })`,
      )
  }
}

/** How to try it from a shell: with an app token, and with a session token that a debug token was exchanged for. */
export function shellExample({ slug, paths, methods }: Pick<Service, 'slug' | 'paths' | 'methods'>): string {
  const url = `${PROXY}/v1/p/${slug}${examplePath(paths)}`
  const method = methods.length === 0 || methods.includes('GET') ? '' : ` -X ${methods[0]}`
  return lines(
    '# An app whose policy is Audit or Off sends its app token:',
    `curl${method} '${url}' -H 'authorization: Bearer pma_app_…'`,
    '',
    '# Under each policy, a development build exchanges a debug token, and sends the session token of the answer:',
    `curl '${PROXY}/v1/attest/debug' -H 'content-type: application/json' -d '{"token":"pma_dbg_…"}'`,
    '# {"token":"pma_ses_…","expiresAt":"…","device":"…"}',
    `curl${method} '${url}' -H 'authorization: Bearer pma_ses_…'`,
  )
}

const lines = (...all: string[]): string => all.join('\n')
