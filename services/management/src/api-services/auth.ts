import { type IdRef, mapTemplate, type TemplateOf } from './template.js'

/** A header field or query parameter, and the template of its value. */
export interface NamedTemplate<Ref> {
  readonly name: string
  readonly value: TemplateOf<Ref>
}

/** The six ways of passing a key to a provider. */
export type AuthOf<Ref> =
  | { readonly type: 'none' }
  | { readonly type: 'bearer'; readonly secret: Ref }
  | { readonly type: 'header'; readonly name: string; readonly secret: Ref }
  | { readonly type: 'query'; readonly name: string; readonly secret: Ref }
  | { readonly type: 'basic'; readonly user: TemplateOf<Ref>; readonly password: TemplateOf<Ref> }
  | {
      readonly type: 'custom'
      readonly headers: readonly NamedTemplate<Ref>[]
      readonly query: readonly NamedTemplate<Ref>[]
      /** Whole segments between base path and client's path, with one secret in one of them: `/bot{{TOKEN}}`. */
      readonly path?: TemplateOf<Ref>
    }

/** As stored in `services.auth`. */
export type StoredAuth = AuthOf<IdRef>
/** As stored in `services.extra_headers`. */
export type StoredHeaders = readonly NamedTemplate<IdRef>[]

export function mapAuth<From extends object, To>(auth: AuthOf<From>, change: (ref: From) => To): AuthOf<To> {
  switch (auth.type) {
    case 'none':
      return auth
    case 'bearer':
    case 'header':
    case 'query':
      return { ...auth, secret: change(auth.secret) }
    case 'basic':
      return { type: 'basic', user: mapTemplate(auth.user, change), password: mapTemplate(auth.password, change) }
    case 'custom':
      return {
        type: 'custom',
        headers: mapNamed(auth.headers, change),
        query: mapNamed(auth.query, change),
        ...(auth.path ? { path: mapTemplate(auth.path, change) } : {}),
      }
  }
}

export function mapNamed<From extends object, To>(
  fields: readonly NamedTemplate<From>[],
  change: (ref: From) => To,
): NamedTemplate<To>[] {
  return fields.map(({ name, value }) => ({ name, value: mapTemplate(value, change) }))
}
