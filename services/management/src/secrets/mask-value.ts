/**
 * Prefixes that vendors put before the random part of their keys. Where one prefix begins with another, the longer
 * stands first. A prefix is public and tells only whose key it is.
 */
const VENDOR_PREFIXES = [
  'sk-ant-',
  'sk-proj-',
  'sk-svcacct-',
  'sk-or-v1-',
  'sk_live_',
  'sk_test_',
  'rk_live_',
  'rk_test_',
  'whsec_',
  'sk-',
  'sk_',
  'AIza',
  'gsk_',
  'r8_',
  'hf_',
  'pplx-',
  'tgp_v1_',
  'BSA',
] as const

const HIDDEN = '****...****'

/** If fewer characters follow the prefix, it is not shown, because it would be most of the value. */
const RANDOM_CHARS_MIN = 8

/** The mask of a value: a recognised vendor prefix and nothing of the random part, not even its length. */
export function maskValue(value: string): string {
  const prefix = VENDOR_PREFIXES.find(
    (known) => value.startsWith(known) && value.length >= known.length + RANDOM_CHARS_MIN,
  )
  return `${prefix ?? ''}${HIDDEN}`
}
