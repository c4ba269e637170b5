import { linesOf } from '../../kit/lines.js'

/**
 * What is wrong with a list that is entered one per line, and with which of its entries.
 * `errors`: of a form; `path`: the list's. Nothing once the list was changed: the form forgets what stands at its path.
 */
export function wrongEntries(
  errors: Readonly<Record<string, unknown>>,
  path: string,
  text: string,
): string | undefined {
  const whole = errors[path]
  if (!whole) return undefined
  const each = linesOf(text).flatMap((_, at) => {
    const wrong = errors[`${path}.${at}`]
    return wrong ? [`Entry ${at + 1}: ${wrong}`] : []
  })
  return each.length === 0 ? String(whole) : each.join(' ')
}
