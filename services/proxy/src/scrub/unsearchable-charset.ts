import { nameMemo } from '../fields/name-memo.js'

/** In spellings, too, that no standard has and some client reads: a comma or nothing before it, a colon, blanks in quotes. */
const CHARSET = /charset\s*[=:][\s"']*([^\s"';,]+)/gi

/** What keys are made of. */
const ASCII = Buffer.from(Array.from({ length: 0x7f - 0x20 }, (_, at) => 0x20 + at))

/**
 * The character set of an answer, by its Content-Type, where a value that was sent as ASCII would stand in other bytes
 * (UTF-16, say), or where nobody knows: it is none of the Encoding standard's. Empty for all others.
 */
export const unsearchableCharset = nameMemo((contentType: string): string => {
  for (const [, label = ''] of contentType.matchAll(CHARSET)) if (!keepsAscii(label)) return label
  return ''
})

function keepsAscii(label: string): boolean {
  return isKnownCharset(label) && new TextDecoder(label).decode(ASCII) === ASCII.toString('latin1')
}

/** One of the Encoding standard's. */
export function isKnownCharset(label: string): boolean {
  try {
    return new TextDecoder(label) !== undefined
  } catch {
    return false
  }
}
