import { Fault } from '@protectmyapi/service-kit/faults'
import { checkPath } from '../aim/request-target.js'
import type { HeldSecret } from '../lease/lease-source.js'
import type { GrantedSecret, Template } from '../routes/route.js'

/** The secrets of one request, by id; and their names, for refusals. */
export interface Secrets {
  readonly held: ReadonlyMap<string, HeldSecret>
  readonly granted: ReadonlyMap<string, GrantedSecret>
}

/** RFC 9110 § 5.5: field-vchar, obs-text, blanks. CR, LF and NUL would end the field, or the request. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const ASCII = /^[\0-\x7f]*$/

/**
 * For a header field: the stored bytes themselves. @throws Fault SECRET_DECRYPTION_FAILED for a value that no field can
 * hold.
 */
export function renderHeader(template: Template, secrets: Secrets): string {
  const value = latin1(renderText(template, secrets))
  if (!FIELD_VALUE.test(value)) throw unusable(template, secrets, 'holds a control character')
  return value
}

/** For a query value or a path segment: percent-encodes all but unreserved characters. */
export function renderEscaped(template: Template, secrets: Secrets): string {
  return escapeStrictly(renderText(template, secrets))
}

/**
 * For segments before the client's path. Literals stay as management checked them; a value remains part of one segment,
 * whatever a server decodes.
 *
 * @throws Fault SECRET_DECRYPTION_FAILED for what a client could not send either: dot segments (`encodeURIComponent`
 *   leaves them), separators and control characters, in any encoding.
 */
export function renderPath(template: Template, secrets: Secrets): string {
  const parts = template.map((part) => (part.kind === 'literal' ? part.text : renderEscaped([part], secrets)))
  const path = `/${parts.join('')}`.replace(/^\/\//, '/')
  try {
    checkPath(path)
  } catch {
    throw unusable(template, secrets, 'would change the path')
  }
  return path
}

/** RFC 7617: UTF-8, in base64. @throws Fault SECRET_DECRYPTION_FAILED for a user with a colon, which would end it. */
export function renderBasic(user: Template, password: Template, secrets: Secrets): string {
  const name = renderText(user, secrets)
  if (name.includes(':')) throw unusable(user, secrets, 'holds a colon')
  return Buffer.from(`${name}:${renderText(password, secrets)}`, 'utf8').toString('base64')
}

/** RFC 3986 § 2.3: `encodeURIComponent` leaves `!'()*` unescaped, but some servers escape them. */
export function escapeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function renderText(template: Template, secrets: Secrets): string {
  let text = ''
  for (const part of template) text += part.kind === 'literal' ? part.text : textOfSecret(part.secretId, secrets)
  return text
}

/** @throws Fault SECRET_NOT_FOUND: a template is never sent unresolved. */
function textOfSecret(secretId: string, secrets: Secrets): string {
  return heldSecret(secretId, secrets).value.reveal()
}

/** @throws Fault SECRET_NOT_FOUND. */
export function heldSecret(secretId: string, { held, granted }: Secrets): HeldSecret {
  const secret = held.get(secretId)
  if (secret) return secret
  const name = granted.get(secretId)?.name
  const say = `Secret not found${name === undefined ? '' : `: ${name}`}. Check the name’s spelling (case-sensitive), that it exists in this organization, and that it is linked to the API service.`
  throw new Fault('SECRET_NOT_FOUND', `no lease of ${secretId}`, { say })
}

function latin1(text: string): string {
  return ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

function unusable(template: Template, { granted }: Secrets, why: string): Fault {
  const names = template.flatMap((part) =>
    part.kind === 'secret' ? [granted.get(part.secretId)?.name ?? part.secretId] : [],
  )
  const say = `The value of ${names.join(', ')} cannot be used where the API service injects it, because it ${why}. Enter the value again.`
  return new Fault('SECRET_DECRYPTION_FAILED', `a value ${why}`, { say })
}
