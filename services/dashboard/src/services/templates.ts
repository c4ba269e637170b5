import type { Service } from '../api/types.js'

const REFERENCE = /\{\{(\w+)\}\}/g
/** A reference that is being entered, at the end of the text. */
const BEGUN = /\{\{(\w*)$/

/** The secrets that a service uses: their names, or the ids of deleted ones. */
export function secretsOf({ auth, extraHeaders }: Pick<Service, 'auth' | 'extraHeaders'>): string[] {
  const chosen = 'secret' in auth ? [auth.secret] : []
  const referred = [...templatesOf(auth), ...Object.values(extraHeaders)].flatMap((text) =>
    [...text.matchAll(REFERENCE)].flatMap(([, name]) => name ?? []),
  )
  return [...new Set([...chosen, ...referred])]
}

function templatesOf(auth: Service['auth']): string[] {
  if (auth.type === 'basic') return [auth.user, auth.password]
  if (auth.type !== 'custom') return []
  return [...Object.values(auth.headers), ...Object.values(auth.query), auth.path ?? '']
}

/** What the text may become: each secret that fits the reference at its end. Of an empty text, each secret. */
export function completions(text: string, secrets: readonly string[]): string[] {
  const begun = BEGUN.exec(text)
  if (text !== '' && !begun) return []
  const before = text.slice(0, begun?.index ?? 0)
  const beginning = (begun?.[1] ?? '').toLowerCase()
  return secrets.filter((name) => name.toLowerCase().startsWith(beginning)).map((name) => `${before}{{${name}}}`)
}
