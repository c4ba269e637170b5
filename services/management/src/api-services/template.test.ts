import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseTemplate, showTemplate } from './template.js'

describe('a template', () => {
  it.each([
    ['Bearer {{OPENAI_API_KEY}}', [{ literal: 'Bearer ' }, { secretName: 'OPENAI_API_KEY' }]],
    ['{{A}}{{b_1}}', [{ secretName: 'A' }, { secretName: 'b_1' }]],
    ['{{A}}:x', [{ secretName: 'A' }, { literal: ':x' }]],
    ['plain {"json": 1}', [{ literal: 'plain {"json": 1}' }]],
    ['', []],
  ])('with the text %j is parsed into literals and names of secrets', (text, parts) => {
    expect(parseTemplate(text)).toEqual({ parts })
  })

  it.each([
    '{{',
    '}}',
    '{{A',
    'A}}',
    '{{A}',
    '{{ A }}',
    '{{}}',
    '{{{A}}}',
    '{{A{{B}}}}',
    '{{1A}}',
    '{{A-B}}',
    '{{A.B}}',
    '{{A|x}}',
    '{{é}}',
    `{{${'A'.repeat(129)}}}`,
  ])('with the text %j is refused and not taken as a literal', (text) => {
    expect(parseTemplate(text)).toHaveProperty('wrong')
  })

  it('is shown exactly as it was written', () => {
    const part = fc.oneof(fc.stringMatching(/^[^{}]*$/), fc.stringMatching(/^\{\{[A-Za-z_][A-Za-z0-9_]{0,9}\}\}$/))
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('')
        const parsed = parseTemplate(text)
        if ('wrong' in parsed) throw new Error(text)
        const stored = parsed.parts.map((one) => ('secretName' in one ? { secretId: `id:${one.secretName}` } : one))
        expect(showTemplate(stored, (id) => id.slice(3))).toBe(text)
      }),
    )
  })
})
