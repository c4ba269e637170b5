/** CGI (RFC 3875 § 4.1.18) reads `x_api_key` and `X-Api-Key` as one variable, so both are one name here. */
export declare function canonicalName(name: string): string
export interface StripRules {
  /** Canonical names that the injection sets. */
  readonly replaced: ReadonlySet<string>
  /** A secret is injected. */
  readonly injects: boolean
  /** Compressed answers cannot be scrubbed: `Accept-Encoding` is ours then. */
  readonly scrub: boolean
}
/** Name, value, … that may go on, in their order and spelling. */
export declare function stripHeaders(headers: readonly string[], rules: StripRules): string[]
/** The fields without those that a Connection field among `all` names. */
export declare function withoutNamed(fields: string[], all: readonly string[]): string[]
