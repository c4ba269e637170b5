import type { Service } from '../api/types.js'

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

const lines = (...all: string[]): string => all.join('\n')
