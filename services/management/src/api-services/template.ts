/** Literal text and references to secrets, in order. What a reference is depends on where it is: a name, then an id. */
export type TemplateOf<Ref> = readonly (Literal | Ref)[]

export interface Literal {
  readonly literal: string
}

/** As the operator wrote it. */
interface NameRef {
  readonly secretName: string
}

/** As it is stored: an id, so that a renamed secret is followed and a deleted one never heals by name. */
export interface IdRef {
  readonly secretId: string
}

export type Template = TemplateOf<IdRef>

const REFERENCE = /^\{\{([A-Za-z_][A-Za-z0-9_]{0,127})\}\}/

/** What is wrong with a template, or its parts. */
export type ParsedTemplate = { readonly parts: TemplateOf<NameRef> } | { readonly wrong: string }

/**
 * Reads `{{NAME}}` and literal text. Nothing else: no spaces inside the braces, no nesting, no escape, no evaluation.
 * Two braces that are not part of a reference are a mistake and are refused, never sent as they are.
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
  'The braces do not make a template. Write {{NAME}} with the name of a secret: letters, digits and _, no spaces, not nested.'

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

/** What it refers to. */
export function refsOf<Ref extends object>(template: TemplateOf<Ref>): Ref[] {
  return template.flatMap((part) => (isLiteral(part) ? [] : [part]))
}

/** As text again, with names in the place of references. */
export function showTemplate(template: Template, nameOf: (secretId: string) => string): string {
  return template.map((part) => (isLiteral(part) ? part.literal : `{{${nameOf(part.secretId)}}}`)).join('')
}
