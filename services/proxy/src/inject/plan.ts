import type { Placement } from '@protectmyapi/service-kit/destinations/bindings'
import { foldHeaderName } from '@protectmyapi/service-kit/http/header-name'
import type { InjectedField, Template } from '../routes/route.js'
import { KEY_QUERIES } from './key-queries.js'
import { canonicalQueryName } from './query-name.js'

/** What can be known of an injection before a request comes; made once for a route. */
export interface InjectionPlan {
  readonly headers: readonly { readonly name: string; readonly value: Template }[]
  readonly basic: readonly { readonly user: Template; readonly password: Template }[]
  readonly query: readonly { readonly name: string; readonly value: Template }[]
  readonly path: readonly Template[]
  /** Canonical names. Client fields with one of these names, in any spelling, are removed. */
  readonly replacedHeaders: ReadonlySet<string>
  /** The same and the fields of a client's trace, for a provider that is told the proxy's trace. */
  readonly replacedWithTrace: ReadonlySet<string>
  /**
   * Canonical query names that are removed; wherever a secret is injected, also those under which a foreign key could
   * stand.
   */
  readonly replacedQueries: ReadonlySet<string>
  /** Each place where a secret will stand. */
  readonly uses: readonly { readonly secretId: string; readonly placement: Placement }[]
}

/** W3C Trace Context and Baggage. */
const TRACE_CONTEXT = ['traceparent', 'tracestate', 'baggage'] as const

const plans = new WeakMap<readonly InjectedField[], InjectionPlan>()

/** The plan of a route's injection, kept as long as the route is. */
export function planOf(injection: readonly InjectedField[]): InjectionPlan {
  const known = plans.get(injection)
  if (known) return known
  const plan = compile(injection)
  plans.set(injection, plan)
  return plan
}

function compile(injection: readonly InjectedField[]): InjectionPlan {
  const headers = injection.filter((field) => field.kind === 'header')
  const basic = injection.filter((field) => field.kind === 'basic')
  const query = injection.filter((field) => field.kind === 'query')
  const replacedHeaders = new Set([
    ...headers.map((field) => foldHeaderName(field.name)),
    ...(basic.length > 0 ? ['authorization'] : []),
  ])
  const uses = injection.flatMap(usesOf)
  return {
    headers,
    basic,
    query,
    path: injection.filter((field) => field.kind === 'path').map((field) => field.value),
    replacedHeaders,
    replacedWithTrace: new Set([...replacedHeaders, ...TRACE_CONTEXT]),
    replacedQueries: new Set([
      ...query.map((field) => canonicalQueryName(field.name)),
      ...(uses.length > 0 ? KEY_QUERIES : []),
    ]),
    uses,
  }
}

function usesOf(field: InjectedField): InjectionPlan['uses'] {
  switch (field.kind) {
    case 'header':
      return secretsIn(field.value, { kind: 'header', name: field.name.toLowerCase() })
    case 'query':
      return secretsIn(field.value, { kind: 'query', name: field.name })
    case 'basic':
      return [
        ...secretsIn(field.user, { kind: 'basic-user' }),
        ...secretsIn(field.password, { kind: 'basic-password' }),
      ]
    case 'path':
      return secretsIn(field.value, { kind: 'path', template: pathTemplate(field.value) })
  }
}

function secretsIn(template: Template, placement: Placement): InjectionPlan['uses'] {
  return template.flatMap((part) => (part.kind === 'secret' ? [{ secretId: part.secretId, placement }] : []))
}

/** As bindings spell it: `/bot{}`. */
function pathTemplate(template: Template): string {
  return `/${template.map((part) => (part.kind === 'literal' ? part.text : '{}')).join('')}`.replace(/^\/\//, '/')
}
