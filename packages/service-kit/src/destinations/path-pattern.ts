/** A path allow-list entry: whole segments, `*` for exactly one, `**` for any number of them. */
export interface PathPattern {
  readonly text: string
  matches(segments: readonly string[]): boolean
}

const ONE = '*'
const ANY = '**'

/**
 * Compiles a pattern such as `/v1/files/*\/content` or `/v1/models/**`. Everything that is not a whole `*` or `**` is
 * literal and compared as it is sent: what is written in another encoding does not match, and so is not allowed.
 */
export function compilePattern(text: string): PathPattern {
  const wanted = pathSegments(text)
  return { text, matches: (segments) => matches(wanted, segments) }
}

/**
 * `/v1/models/` → `v1`, `models`, and an empty one for the trailing slash. `/` and the empty path have none.
 *
 * @param path empty or with a slash in front.
 */
export function pathSegments(path: string): readonly string[] {
  const below = path.slice(1)
  return below === '' ? [] : below.split('/')
}

/** Greedy with one step back, so that no pattern makes it slow: at most wanted × segments comparisons. */
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

/** `*` stands for a segment with something in it: the empty one after a trailing slash is none. Past the pattern nothing fits. */
function fits(want: string | undefined, segment: string | undefined): boolean {
  return want === ONE ? segment !== '' : want === segment
}
