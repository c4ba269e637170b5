/** A path allow-list entry: whole segments, `*` for exactly one, `**` for any number of them. */
export interface PathPattern {
  readonly text: string
  matches(segments: readonly string[]): boolean
}

const ONE = '*'
const ANY = '**'

/**
 * Compiles a pattern such as `/v1/files/*\/content` or `/v1/models/**`. Everything that is not a whole `*` or `**` is
 * literal and compared with the path as sent: a path in another encoding does not match, and so is not allowed.
 */
export function compilePattern(text: string): PathPattern {
  const wanted = pathSegments(text)
  return { text, matches: (segments) => matches(wanted, segments) }
}

/**
 * Splits a path: `/v1/models/` → `v1`, `models` and an empty segment for the trailing slash. `/` and the empty path
 * have no segments.
 *
 * @param path empty or with a leading slash.
 */
export function pathSegments(path: string): readonly string[] {
  const below = path.slice(1)
  return below === '' ? [] : below.split('/')
}

/** Greedy with one step back, so that no pattern is slow: at most wanted × segments comparisons. */
function matches(wanted: readonly string[], segments: readonly string[]): boolean {
  let want = 0
  let at = 0
  let gap = -1
  let resumeAt = 0
  while (at < segments.length) {
    if (wanted[want] === ANY) {
      gap = want
      resumeAt = at
      want += 1
    } else if (fits(wanted[want], segments[at])) {
      want += 1
      at += 1
    } else if (gap >= 0) {
      want = gap + 1
      resumeAt += 1
      at = resumeAt
    } else {
      return false
    }
  }
  while (wanted[want] === ANY) want += 1
  return want === wanted.length
}

/**
 * `*` stands for a segment that is not empty, so not for the empty one after a trailing slash. Beyond the end of the
 * pattern nothing fits.
 */
function fits(want: string | undefined, segment: string | undefined): boolean {
  return want === ONE ? segment !== '' : want === segment
}
