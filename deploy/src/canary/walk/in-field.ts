const FIELD_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** A value as a header field can carry it: unchanged, or percent-encoded. */
export function inField(value: string): string {
  return FIELD_VALUE.test(value) ? value : encodeURIComponent(value)
}
