import { z } from 'zod'
import { joinInjectively } from '../bytes.js'
import { Fault } from '../faults.js'
import { wrongHeaderName } from '../http/header-name.js'
import { isPlainlyWritten } from './plain-url.js'

/** One place in a request. Header names are lower case; query names are exact. */
export type Placement =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'query'; readonly name: string }
  | { readonly kind: 'basic-user' }
  | { readonly kind: 'basic-password' }
  /** A fixed segment prefix before the client's path, with `{}` in the place of the value: `/bot{}`. */
  | { readonly kind: 'path'; readonly template: string }

/** Where a secret may go: any of the placements at any of the origins. There are no wildcards and no unbound state. */
export interface Bindings {
  /** `scheme://host[:port]`, lower case, no default port. */
  readonly origins: readonly string[]
  readonly placements: readonly Placement[]
  /** SPIFFE ids of internal services. */
  readonly services: readonly string[]
  /**
   * What the services ask for: the name of the secret when the value was entered. Sealed with the value, so that nobody
   * who writes to management's tables, or speaks in its place, can have a service use one secret for another. Only with
   * services, and absent in what was sealed before names were.
   */
  readonly name?: string
}

/** Checks only the shape of bindings stored as JSON: a seal vouches for their content. */
export const StoredBindings = z.strictObject({
  origins: z.array(z.string()),
  placements: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('header'), name: z.string() }),
      z.strictObject({ kind: z.literal('query'), name: z.string() }),
      z.strictObject({ kind: z.literal('basic-user') }),
      z.strictObject({ kind: z.literal('basic-password') }),
      z.strictObject({ kind: z.literal('path'), template: z.string() }),
    ]),
  ),
  services: z.array(z.string()),
  name: z.string().exactOptional(),
})

export const BINDING_LIMITS = { originsMax: 16, placementsMax: 16, servicesMax: 16, nameBytesMax: 256 } as const

const QUERY_NAME = /^[A-Za-z0-9._~[\]-]+$/
const PATH_TEMPLATE =
  /^(?:\/[A-Za-z0-9._~!$&'()*+,=:@-]+)*(?:\/[A-Za-z0-9._~!$&'()*+,=:@-]*\{\}[A-Za-z0-9._~!$&'()*+,=:@-]*)(?:\/[A-Za-z0-9._~!$&'()*+,=:@-]+)*$/
/** A host name or an IP literal as the URL parser returns it: no wildcard, no escape. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])$/
/** A secret's name, as it stands between the braces of a template. Case-sensitive, unique in its organization. */
export const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]+(?:\/[A-Za-z0-9._-]+)+$/

/** The canonical spelling of an origin. @throws Fault INVALID_REQUEST for anything that is not exactly an origin. */
export function normalizeOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (
    url === undefined ||
    !isPlainlyWritten(text, url) ||
    !HOST.test(url.hostname) ||
    (url.pathname !== '/' && url.pathname !== '') ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw refuse('/bindings/origins', 'Give an origin: only scheme, host and port, such as https://api.openai.com.')
  }
  return url.origin
}

/** Bindings in their canonical spelling, checked and sorted. @throws Fault INVALID_REQUEST, with a pointer. */
export function normalizeBindings(bindings: Bindings): Bindings {
  const origins = unique(bindings.origins.map(normalizeOrigin), (origin) => origin)
  const placements = unique(bindings.placements.map(normalizePlacement), placementKey)
  const services = unique([...bindings.services], (id) => id)
  if (origins.length > BINDING_LIMITS.originsMax)
    throw refuse('/bindings/origins', `At most ${BINDING_LIMITS.originsMax} origins.`)
  if (placements.length > BINDING_LIMITS.placementsMax)
    throw refuse('/bindings/placements', `At most ${BINDING_LIMITS.placementsMax} placements.`)
  if (services.length > BINDING_LIMITS.servicesMax)
    throw refuse('/bindings/services', `At most ${BINDING_LIMITS.servicesMax} services.`)
  if (!services.every((id) => SPIFFE_ID.test(id)))
    throw refuse('/bindings/services', 'Give SPIFFE ids, such as spiffe://example.org/ns/app/sa/worker.')
  const { name } = bindings
  if (name === undefined) return { origins, placements, services }
  if (services.length === 0 || !SECRET_NAME.test(name))
    throw refuse('/bindings/name', 'Give the name of the secret, and only where internal services ask for it.')
  return { origins, placements, services, name }
}

/** A placement as text. Injective: equal keys mean equal places. Also shown to people. */
export function placementKey(placement: Placement): string {
  switch (placement.kind) {
    case 'header':
    case 'query':
      return `${placement.kind}:${placement.name}`
    case 'path':
      return `path:${placement.template}`
    case 'basic-user':
    case 'basic-password':
      return placement.kind
  }
}

/**
 * Whether a secret with these bindings may be sent in this placement to this origin. Checked when a service is saved,
 * when a value is replaced, when a route is read and when a request is built.
 */
export function bindingsAllow(bindings: Bindings, origin: string, placement: Placement): boolean {
  const key = placementKey(placement)
  return bindings.origins.includes(origin) && bindings.placements.some((bound) => placementKey(bound) === key)
}

/**
 * The bytes that represent bindings in associated data. Takes normalised bindings, because their order is significant.
 * Bindings without a name have the bytes that they had before there were names.
 */
export function bindingsBytes({ origins, placements, services, name }: Bindings): Buffer {
  const places = [joinInjectively(origins), joinInjectively(placements.map(placementKey)), joinInjectively(services)]
  return joinInjectively(name === undefined ? places : [...places, name])
}

/**
 * Whether a value that comes with `next` goes where the one before, sealed with `before`, could go. What was sealed before
 * there were names has none, and leaves it to its successor. Takes normalised bindings.
 */
export function keepsBindings(before: Bindings, next: Bindings): boolean {
  const { name: _, ...nameless } = next
  return bindingsBytes(before).equals(bindingsBytes(before.name === undefined ? nameless : next))
}

function normalizePlacement(placement: Placement): Placement {
  switch (placement.kind) {
    case 'header': {
      const name = placement.name.toLowerCase()
      const sound = wrongHeaderName(name) === undefined
      if (!sound)
        throw refuse(
          '/bindings/placements',
          'Give the name of a header field that may carry a key, such as authorization or x-api-key.',
        )
      return { kind: 'header', name }
    }
    case 'query':
      if (!QUERY_NAME.test(placement.name) || placement.name.length > BINDING_LIMITS.nameBytesMax) {
        throw refuse('/bindings/placements', 'Give the name of a query parameter: letters, digits and . _ ~ - [ ].')
      }
      return placement
    case 'path':
      if (!isPathTemplate(placement.template)) {
        throw refuse(
          '/bindings/placements',
          'Give whole path segments, with {} once in place of the value, such as /bot{}.',
        )
      }
      return placement
    case 'basic-user':
    case 'basic-password':
      return placement
  }
}

/** Whether the text is a valid path placement: whole segments, none empty or of dots alone, with `{}` once. */
export function isPathTemplate(text: string): boolean {
  return PATH_TEMPLATE.test(text) && text.length <= BINDING_LIMITS.nameBytesMax && !hasDotSegment(text)
}

function hasDotSegment(path: string): boolean {
  return path.split('/').some((segment) => segment === '.' || segment === '..')
}

function unique<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const byKey = new Map(items.map((item) => [keyOf(item), item]))
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item)
}

function refuse(pointer: string, detail: string): Fault {
  return new Fault('INVALID_REQUEST', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] })
}
