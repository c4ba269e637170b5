import { nameMemo } from '../fields/name-memo.js'

/**
 * Includes spellings that no standard allows but some client reads: a comma or nothing before it, a colon, blanks in
 * quotes.
 */
const CHARSET = /charset\s*[=:][\s"']*([^\s"';,]+)/gi

/** The characters that keys are made of. */
const ASCII = Buffer.from(Array.from({ length: 0x7f - 0x20 }, (_, at) => 0x20 + at))

/**
 * The character set in an answer's Content-Type, if a value sent as ASCII would stand in other bytes in it (UTF-16, for
 * example), or if it is unknown to the Encoding standard. Empty for all others.
 */
export const unsearchableCharset = nameMemo((contentType: string): string => {
  for (const [, label = ''] of contentType.matchAll(CHARSET)) if (!keepsAscii(label)) return label
  return ''
})

function keepsAscii(label: string): boolean {
  return isKnownCharset(label) && new TextDecoder(label).decode(ASCII) === ASCII.toString('latin1')
}

/** Whether the Encoding standard has it. */
export function isKnownCharset(label: string): boolean {
  try {
    return new TextDecoder(label) !== undefined
  } catch {
    return false
  }
}
