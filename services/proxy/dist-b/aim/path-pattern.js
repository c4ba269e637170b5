const ONE = '*'
const ANY = '**'
/**
 * Compiles a pattern such as `/v1/files/*\/content` or `/v1/models/**`. Everything that is not a whole `*` or `**` is
 * literal and compared as it is sent: what is written in another encoding does not match, and so is not allowed.
 */
export function compilePattern(text) {
  const wanted = pathSegments(text)
  if (!wanted.includes(ANY)) return { text, matches: (segments) => matchesExactly(wanted, segments) }
  return { text, matches: (segments) => matchesWithGaps(wanted, segments) }
}
/** `/v1/models/` → `v1`, `models`, and an empty one for the trailing slash. `/` and the empty path have none. */
export function pathSegments(path) {
  const below = path.startsWith('/') ? path.slice(1) : path
  return below === '' ? [] : below.split('/')
}
function matchesExactly(wanted, segments) {
  return wanted.length === segments.length && wanted.every((want, at) => fits(want, segments[at]))
}
/** Greedy with one step back, so that no pattern makes it slow: at most wanted × segments comparisons. */
function matchesWithGaps(wanted, segments) {
  let want = 0
  let at = 0
  let gap = -1
  let resumeAt = 0
  while (at < segments.length) {
    if (wanted[want] === ANY) {
      gap = want
      resumeAt = at
      want += 1
    } else if (want < wanted.length && fits(wanted[want], segments[at])) {
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
/** `*` stands for a segment with something in it: the empty one after a trailing slash is none. */
function fits(want, segment) {
  return want === ONE ? segment !== undefined && segment !== '' : want === segment
}
//# sourceMappingURL=path-pattern.js.map
