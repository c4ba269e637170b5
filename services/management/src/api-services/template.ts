/** Literal text and references to secrets, in order. References are written as names and stored as ids. */
export type TemplateOf<Ref> = readonly (Literal | Ref)[]

export interface Literal {
  readonly literal: string
}

/** A reference as the operator wrote it. */
interface NameRef {
  readonly secretName: string
}

/** A stored reference. An id follows renames, and is never taken over by a new secret with a deleted one's name. */
export interface IdRef {
  readonly secretId: string
}

export type Template = TemplateOf<IdRef>

const REFERENCE = /^\{\{([A-Za-z_][A-Za-z0-9_]{0,127})\}\}/

/** A template's parts, or what is wrong with it. */
export type ParsedTemplate = { readonly parts: TemplateOf<NameRef> } | { readonly wrong: string }

/**
 * Parses literal text with `{{NAME}}` in it. There is nothing else: no spaces inside the braces, no nesting, no
 * escapes, no evaluation. Two braces that are not part of a reference are refused as a mistake, and never sent.
 */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: (Literal | NameRef)[] = []
  let rest = text
  while (rest !== '') {
    const at = rest.indexOf('{{')
    const literal = at < 0 ? rest : rest.slice(0, at)
    if (literal.includes('}}')) return { wrong: MALFORMED }
    if (literal !== '') parts.push({ literal })
    if (at < 0) break
    const [whole, secretName] = REFERENCE.exec(rest.slice(at)) ?? []
    if (whole === undefined || secretName === undefined) return { wrong: MALFORMED }
    parts.push({ secretName })
    rest = rest.slice(at + whole.length)
  }
  return { parts }
}

const MALFORMED =
  'These braces are not a valid template. Write {{NAME}} with the name of a secret: letters, digits and _, no spaces, not nested.'

export function isLiteral(part: Literal | object): part is Literal {
  return 'literal' in part
}

/** The same template with other references. */
export function mapTemplate<From extends object, To>(
  template: TemplateOf<From>,
  change: (ref: From) => To,
): TemplateOf<To> {
  return template.map((part) => (isLiteral(part) ? part : change(part)))
}

/** The references in a template. */
export function refsOf<Ref extends object>(template: TemplateOf<Ref>): Ref[] {
  return template.flatMap((part) => (isLiteral(part) ? [] : [part]))
}

/** The template as text, with names in place of ids. */
export function showTemplate(template: Template, nameOf: (secretId: string) => string): string {
  return template.map((part) => (isLiteral(part) ? part.literal : `{{${nameOf(part.secretId)}}}`)).join('')
}
