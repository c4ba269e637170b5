export type ReadValue = { readonly value: string } | { readonly wrong: string }

/** Characters that some readers of `.env` files take literally, and others as a comment, quote, escape or variable. */
const READ_DIFFERENTLY = /[#'"`\\$\s]/

/** Reads to the end of the line, or to a `#` that follows a space. */
export function readUnquoted(rest: string): ReadValue {
  const comment = rest.search(/(?:^|[ \t])#/)
  const value = (comment < 0 ? rest : rest.slice(0, comment)).trim()
  return READ_DIFFERENTLY.test(value)
    ? {
        wrong:
          'A value with spaces or one of # \' " ` \\ $ is read differently by different tools. Put it in single quotes.',
      }
    : { value }
}

/** The index of the closing quote. Only in double quotes does a backslash escape the next character. */
export function closingQuote(text: string, quote: string): number | undefined {
  for (let at = 0; at < text.length; at++) {
    if (quote === '"' && text[at] === '\\') at += 1
    else if (text[at] === quote) return at
  }
  return undefined
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['"', '"'],
  ['\\', '\\'],
  ['$', '$'],
])

/** Reads the text in double quotes. Variables are not expanded, so a literal `$` must be written `\$`. */
export function readEscapes(inside: string): ReadValue {
  let value = ''
  for (let at = 0; at < inside.length; at++) {
    const character = inside.charAt(at)
    if (character === '$')
      return { wrong: 'Variables are not looked up. Write \\$, or put the value in single quotes.' }
    if (character !== '\\') {
      value += character
      continue
    }
    at += 1
    const escaped = ESCAPES.get(inside.charAt(at))
    if (escaped === undefined) {
      return {
        wrong: 'In double quotes, a backslash may only be followed by n r t " \\ or $. Put the value in single quotes.',
      }
    }
    value += escaped
  }
  return { value }
}
