import { describe, expect, it } from '@jest/globals'
import { completions, secretsOf } from './templates.js'

describe('the secrets that a service uses', () => {
  it('are the chosen one and those of the extra headers, each once', () => {
    expect(
      secretsOf({
        auth: { type: 'bearer', secret: 'KEY' },
        extraHeaders: { 'x-org': '{{ORG_ID}}', 'x-both': 'a {{KEY}} b {{OTHER}}', 'x-plain': 'text' },
      }),
    ).toEqual(['KEY', 'ORG_ID', 'OTHER'])
  })

  it.each([
    [{ type: 'none' as const }, []],
    [{ type: 'query' as const, name: 'key', secret: 'KEY' }, ['KEY']],
    [{ type: 'basic' as const, user: 'me', password: '{{KEY}}' }, ['KEY']],
    [
      { type: 'custom' as const, headers: { a: '{{ONE}}' }, query: { b: '{{TWO}}' }, path: '/bot{{THREE}}' },
      ['ONE', 'TWO', 'THREE'],
    ],
  ])('of %j are %j', (auth, names) => {
    expect(secretsOf({ auth, extraHeaders: {} })).toEqual(names)
  })
})

describe('what the text of a template may become', () => {
  const secrets = ['OPENAI_API_KEY', 'OPENAI_ORG', 'STRIPE_SECRET_KEY']

  it.each([
    ['', ['{{OPENAI_API_KEY}}', '{{OPENAI_ORG}}', '{{STRIPE_SECRET_KEY}}']],
    ['Bearer {{', ['Bearer {{OPENAI_API_KEY}}', 'Bearer {{OPENAI_ORG}}', 'Bearer {{STRIPE_SECRET_KEY}}']],
    ['Bearer {{openai_o', ['Bearer {{OPENAI_ORG}}']],
    ['{{STRIPE_SECRET_KEY}}:{{OPENAI_A', ['{{STRIPE_SECRET_KEY}}:{{OPENAI_API_KEY}}']],
    ['{{NONE', []],
    ['Bearer ', []],
    ['{{OPENAI_ORG}}', []],
  ])('after %j is %j', (text, expected) => {
    expect(completions(text, secrets)).toEqual(expected)
  })
})
