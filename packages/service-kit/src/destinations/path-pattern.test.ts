import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compilePattern, pathSegments } from './path-pattern.js'

const matches = (pattern: string, path: string): boolean => compilePattern(pattern).matches(pathSegments(path))

describe('a path pattern', () => {
  it.each([
    ['/v1/chat/completions', '/v1/chat/completions', true],
    ['/v1/chat/completions', '/v1/chat/completions/', false],
    ['/v1/chat/completions', '/v1/chat/completions/x', false],
    ['/v1/chat/completions', '/V1/chat/completions', false],
    ['/v1/files/*', '/v1/files/a', true],
    ['/v1/files/*', '/v1/files/', false],
    ['/v1/files/*', '/v1/files', false],
    ['/v1/files/*', '/v1/files/a/b', false],
    ['/v1/files/*/content', '/v1/files/a/content', true],
    ['/v1/**', '/v1', true],
    ['/v1/**', '/v1/', true],
    ['/v1/**', '/v1/a/b/c', true],
    ['/v1/**', '/v10/a', false],
    ['/**', '/', true],
    ['/**/runs/*', '/v1/threads/t/runs/r', true],
    ['/**/runs/*', '/v1/threads/t/runs/r/steps', false],
    ['/a/**/b/**/c', '/a/b/b/x/c', true],
    ['/v1/ch*', '/v1/chat', false],
    ['/v1/chat', '/v1/ch%61t', false],
  ])('%s matches the path %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected)
  })

  it('matches generated paths exactly as the recursive definition of its stars does', () => {
    const segment = fc.constantFrom('a', 'b', 'c')
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', '*', '**'), { maxLength: 6 }),
        fc.array(segment, { maxLength: 7 }),
        (wanted, segments) => {
          expect(compilePattern(`/${wanted.join('/')}`).matches(segments)).toBe(byDefinition(wanted, segments))
        },
      ),
    )
  })
})

function byDefinition(wanted: readonly string[], segments: readonly string[]): boolean {
  const [want, ...wants] = wanted
  const [, ...rest] = segments
  if (want === undefined) return segments.length === 0
  if (want === '**') return byDefinition(wants, segments) || (segments.length > 0 && byDefinition(wanted, rest))
  return segments.length > 0 && (want === '*' || want === segments[0]) && byDefinition(wants, rest)
}
