import { isPathTemplate } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault, type FieldError } from '@protectmyapi/service-kit/faults'
import { wrongHeaderName, wrongHeaderText } from '@protectmyapi/service-kit/http/header-name'
import { badFields } from '@protectmyapi/service-kit/http/validate'
import { type AuthOf, mapAuth, mapNamed, type NamedTemplate, type StoredAuth, type StoredHeaders } from './auth.js'
import { escapePointer, type InjectedPlace, injectedPlaces, surfaceKey } from './injected-fields.js'
import type { AuthInput } from './service-schemas.js'
import { type IdRef, isLiteral, parseTemplate, type TemplateOf } from './template.js'

/** A reference to a secret: the name or id that was given, and the place where it was given. */
export interface DraftRef {
  readonly secretName: string
  /**
   * `auth.secret` takes a name or an id, templates only a name. A stored reference is an id: a new secret with a
   * deleted one's name does not take its place.
   */
  readonly by: 'name' | 'name-or-id' | 'id'
  readonly pointer: string
}

export interface Draft {
  readonly auth: AuthOf<DraftRef>
  readonly extraHeaders: readonly NamedTemplate<DraftRef>[]
}

/** The fields that a request sets. Absent ones stay as they are stored. */
interface Written {
  readonly auth?: AuthInput | undefined
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined
}

/**
 * Reads auth and extra headers as the operator wrote them: parses templates, checks names and literal text, and refuses
 * names that are set twice. It does not look up which secrets exist.
 *
 * @throws Fault INVALID_REQUEST that names each bad field.
 */
export function draftService(
  written: Written,
  stored: { auth: StoredAuth; extraHeaders: StoredHeaders } = NOTHING,
): Draft {
  const errors: FieldError[] = []
  const template = (text: string, pointer: string): TemplateOf<DraftRef> => {
    const parsed = parseTemplate(text)
    if ('parts' in parsed)
      return parsed.parts.map((part) => (isLiteral(part) ? part : { ...part, by: 'name', pointer }))
    errors.push({ pointer, detail: parsed.wrong })
    return []
  }
  const named: ReadFields = (fields, pointer) =>
    Object.entries(fields).map(([name, text]) => ({ name, value: template(text, `${pointer}/${escapePointer(name)}`) }))
  const draft = {
    auth: written.auth ? draftAuth(written.auth, template, named) : mapAuth(stored.auth, asStored('/auth')),
    extraHeaders: written.extraHeaders
      ? named(written.extraHeaders, '/extraHeaders')
      : mapNamed(stored.extraHeaders, asStored('/extraHeaders')),
  }
  const places = injectedPlaces(draft.auth, draft.extraHeaders)
  errors.push(...places.flatMap(wrongInPlace), ...namesTwice(places))
  if (errors.length > 0) throw badFields(errors)
  return lowerCaseHeaders(draft)
}

const NOTHING: { auth: StoredAuth; extraHeaders: StoredHeaders } = { auth: { type: 'none' }, extraHeaders: [] }

function asStored(pointer: string): (ref: IdRef) => DraftRef {
  return ({ secretId }) => ({ secretName: secretId, by: 'id', pointer })
}

type ReadTemplate = (text: string, pointer: string) => TemplateOf<DraftRef>
type ReadFields = (fields: Readonly<Record<string, string>>, pointer: string) => NamedTemplate<DraftRef>[]

function draftAuth(auth: AuthInput, template: ReadTemplate, named: ReadFields): AuthOf<DraftRef> {
  switch (auth.type) {
    case 'none':
      return auth
    case 'bearer':
    case 'header':
    case 'query':
      return { ...auth, secret: { secretName: auth.secret, by: 'name-or-id', pointer: '/auth/secret' } }
    case 'basic':
      return {
        type: 'basic',
        user: template(auth.user, '/auth/user'),
        password: template(auth.password, '/auth/password'),
      }
    case 'custom':
      return {
        type: 'custom',
        headers: named(auth.headers ?? {}, '/auth/headers'),
        query: named(auth.query ?? {}, '/auth/query'),
        ...(auth.path === undefined ? {} : { path: template(auth.path, '/auth/path') }),
      }
  }
}

/** The names of query parameters to which a secret can be bound. */
const QUERY_NAME = /^[A-Za-z0-9._~[\]-]{1,128}$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const CONTROL = /[\u0000-\u001f\u007f]/

function wrongInPlace({ pointer, surface, value, password }: InjectedPlace<DraftRef>): FieldError[] {
  const at = (detail: string | undefined, where = pointer): FieldError[] =>
    detail === undefined ? [] : [{ pointer: where, detail }]
  const texts = (template: TemplateOf<DraftRef>): string =>
    template.map((part) => (isLiteral(part) ? part.literal : '')).join('')
  switch (surface.kind) {
    case 'header':
      return [...at(wrongHeaderName(surface.name)), ...at(wrongHeaderText(texts(value)))]
    case 'query':
      return [
        ...at(
          QUERY_NAME.test(surface.name)
            ? undefined
            : 'Give the name of a query parameter: letters, digits and . _ ~ - [ ].',
        ),
        ...at(CONTROL.test(texts(value)) ? 'No control characters.' : undefined),
      ]
    case 'basic':
      return [
        // The first colon ends the user (RFC 7617 § 2).
        ...at(
          /[:]/.test(texts(value)) || CONTROL.test(texts(value))
            ? 'The user may not contain a colon or control characters.'
            : undefined,
          '/auth/user',
        ),
        ...at(CONTROL.test(texts(password ?? [])) ? 'No control characters.' : undefined, '/auth/password'),
      ]
    case 'path':
      // A literal {} would be taken for the place of a value.
      return at(
        isPathTemplate(surface.template) && !texts(value).includes('{')
          ? undefined
          : 'Give whole path segments with one secret in one of them, such as /bot{{TELEGRAM_BOT_TOKEN}}.',
      )
  }
}

/** Refuses two fields with the same name, because providers differ on which of the two counts. */
function namesTwice(places: readonly InjectedPlace<DraftRef>[]): FieldError[] {
  const seen = new Set<string>()
  return places.flatMap((place) => {
    const key = surfaceKey(place)
    if (!seen.has(key)) {
      seen.add(key)
      return []
    }
    return [{ pointer: place.pointer, detail: `${key.replace(':', ' ')} is set twice; keep one of the two.` }]
  })
}

/** Header names are stored in lower case, because bindings and proxies compare them so. */
function lowerCaseHeaders({ auth, extraHeaders }: Draft): Draft {
  const lower = (fields: readonly NamedTemplate<DraftRef>[]) =>
    fields.map(({ name, value }) => ({ name: name.toLowerCase(), value }))
  const lowered = ((): AuthOf<DraftRef> => {
    if (auth.type === 'header') return { ...auth, name: auth.name.toLowerCase() }
    if (auth.type === 'custom') return { ...auth, headers: lower(auth.headers) }
    return auth
  })()
  return { auth: lowered, extraHeaders: lower(extraHeaders) }
}

/** The refusal of names of no existing secret. It tells what to check. */
export function unresolved(names: readonly { readonly secretName: string; readonly pointer: string }[]): Fault {
  const errors = names.map(({ secretName, pointer }) => ({
    pointer,
    detail: `Secret not found: ${secretName}. Check the name's spelling (case-sensitive) and that it exists in this organization.`,
  }))
  return new Fault('INVALID_REQUEST', 'unresolved secrets', {
    errors,
    say: errors.map(({ detail }) => detail).join(' '),
  })
}
