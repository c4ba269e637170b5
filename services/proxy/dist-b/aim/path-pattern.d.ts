/** A path allow-list entry: whole segments, `*` for exactly one, `**` for any number of them. */
export interface PathPattern {
  readonly text: string
  matches(segments: readonly string[]): boolean
}
/**
 * Compiles a pattern such as `/v1/files/*\/content` or `/v1/models/**`. Everything that is not a whole `*` or `**` is
 * literal and compared as it is sent: what is written in another encoding does not match, and so is not allowed.
 */
export declare function compilePattern(text: string): PathPattern
/** `/v1/models/` → `v1`, `models`, and an empty one for the trailing slash. `/` and the empty path have none. */
export declare function pathSegments(path: string): readonly string[]
