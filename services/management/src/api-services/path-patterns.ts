const LIMITS = { patternCharsMax: 512, segmentsMax: 32 } as const

/** A literal segment, compared with the path as it is sent: no escapes, and no `;`, which servers read differently. */
const LITERAL = /^[A-Za-z0-9._~!$&'()+,=:@-]+$/

/** What is wrong with an allow-list entry, if anything. Its segments are literal, `*` (one) or `**` (any number). */
export function wrongPathPattern(pattern: string): string | undefined {
  if (!pattern.startsWith('/')) return 'Begin with a slash: /v1/chat/completions.'
  const segments = pattern.slice(1).split('/')
  if (pattern.length > LIMITS.patternCharsMax || segments.length > LIMITS.segmentsMax) {
    return `At most ${LIMITS.patternCharsMax} characters in ${LIMITS.segmentsMax} segments.`
  }
  const wrong = segments.find(
    (segment) => segment === '.' || segment === '..' || !(LITERAL.test(segment) || segment === '*' || segment === '**'),
  )
  if (wrong === undefined) return undefined
  return 'Give whole segments: literal text, * for one segment, ** for any number. No dot segments, empty segments or escapes.'
}
