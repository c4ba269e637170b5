import type { Placement } from '@protectmyapi/service-kit/destinations/bindings'
import { foldHeaderName } from '@protectmyapi/service-kit/http/header-name'
import type { AuthOf, NamedTemplate } from './auth.js'
import { isLiteral, refsOf, type TemplateOf } from './template.js'

/** One place of the outgoing request that the operator fills. */
export interface InjectedPlace<Ref> {
  /** JSON Pointer into the service, to the field where the operator wrote it. */
  readonly pointer: string
  readonly surface:
    | { readonly kind: 'header' | 'query'; readonly name: string }
    | { readonly kind: 'basic' }
    /** As bindings spell it: `/bot{}`. */
    | { readonly kind: 'path'; readonly template: string }
  readonly value: TemplateOf<Ref>
  /** Only with `basic`, where `value` is the user. */
  readonly password?: TemplateOf<Ref>
}

/** Auth and extra headers as one list, in one form. What is injected, bound and shown is derived from it. */
export function injectedPlaces<Ref extends object>(
  auth: AuthOf<Ref>,
  extraHeaders: readonly NamedTemplate<Ref>[],
): InjectedPlace<Ref>[] {
  return [
    ...authPlaces(auth),
    ...extraHeaders.map(({ name, value }) => ({
      pointer: `/extraHeaders/${escapePointer(name)}`,
      surface: { kind: 'header' as const, name },
      value,
    })),
  ]
}

function authPlaces<Ref extends object>(auth: AuthOf<Ref>): InjectedPlace<Ref>[] {
  switch (auth.type) {
    case 'none':
      return []
    case 'bearer':
      return [
        {
          pointer: '/auth/secret',
          surface: { kind: 'header', name: 'authorization' },
          value: [{ literal: 'Bearer ' }, auth.secret],
        },
      ]
    case 'header':
    case 'query':
      return [{ pointer: '/auth/secret', surface: { kind: auth.type, name: auth.name }, value: [auth.secret] }]
    case 'basic':
      return [{ pointer: '/auth', surface: { kind: 'basic' }, value: auth.user, password: auth.password }]
    case 'custom':
      return [
        ...customPlaces('header', auth.headers),
        ...customPlaces('query', auth.query),
        ...(auth.path ? [pathPlace(auth.path)] : []),
      ]
  }
}

function customPlaces<Ref>(kind: 'header' | 'query', fields: readonly NamedTemplate<Ref>[]): InjectedPlace<Ref>[] {
  const member = kind === 'header' ? 'headers' : 'query'
  return fields.map(({ name, value }) => ({
    pointer: `/auth/${member}/${escapePointer(name)}`,
    surface: { kind, name },
    value,
  }))
}

function pathPlace<Ref extends object>(value: TemplateOf<Ref>): InjectedPlace<Ref> {
  const template = value.map((part) => (isLiteral(part) ? part.literal : '{}')).join('')
  return { pointer: '/auth/path', surface: { kind: 'path', template }, value }
}

/** A reference to a secret with its placement, in the terms of bindings. */
export interface PlacedRef<Ref> {
  readonly pointer: string
  readonly placement: Placement
  readonly ref: Ref
}

export function placedRefs<Ref extends object>(places: readonly InjectedPlace<Ref>[]): PlacedRef<Ref>[] {
  return places.flatMap(({ pointer, surface, value, password }): PlacedRef<Ref>[] => {
    if (surface.kind !== 'basic') return refsOf(value).map((ref) => ({ pointer, placement: surface, ref }))
    const user = refsOf(value).map((ref) => ({
      pointer: `${pointer}/user`,
      placement: { kind: 'basic-user' as const },
      ref,
    }))
    const pass = refsOf(password ?? []).map((ref) => ({
      pointer: `${pointer}/password`,
      placement: { kind: 'basic-password' as const },
      ref,
    }))
    return [...user, ...pass]
  })
}

/**
 * Equal for two places exactly when they set the same field, which one service must not do. Header names are folded:
 * they have no case, and many servers treat `_` as `-`.
 */
export function surfaceKey({ surface }: InjectedPlace<unknown>): string {
  switch (surface.kind) {
    case 'basic':
      return 'header:authorization'
    case 'header':
      return `header:${foldHeaderName(surface.name)}`
    case 'query':
      return `query:${surface.name}`
    case 'path':
      return 'path'
  }
}

/** Escapes a name for use in a JSON Pointer (RFC 6901 § 3). */
export const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
