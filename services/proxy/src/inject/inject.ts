import { bindingsAllow } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Aim } from '../aim/aim.js'
import type { Identified } from '../identify/identify.js'
import { headerHoldsOurs, holdsOurs, oursWouldLeave } from '../identify/our-tokens.js'
import { filterQuery } from '../identify/raw-query.js'
import type { HeldSecret } from '../lease/lease-source.js'
import type { Route } from '../routes/route.js'
import { mayNameKey } from './key-queries.js'
import { type InjectionPlan, planOf } from './plan.js'
import { canonicalQueryName } from './query-name.js'
import {
  escapeStrictly,
  heldSecret,
  renderBasic,
  renderEscaped,
  renderHeader,
  renderPath,
  type Secrets,
} from './render.js'
import { stripHeaders } from './strip-headers.js'

/** What is sent to the provider, apart from the body. */
export interface UpstreamRequest {
  readonly origin: string
  readonly method: string
  /** Path and query, byte for byte. */
  readonly target: string
  /** Name, value, … without Host and framing, which the client library writes. */
  readonly headers: readonly string[]
  /** Every secret that the request holds. */
  readonly secrets: readonly HeldSecret[]
  /** The base64 forms of user and password of Basic. */
  readonly basics: readonly string[]
  /** Whether the answer has to be searched for what was injected. */
  readonly scrub: boolean
}

/**
 * Strips, then renders, then sets. The order is the security property: a client's Connection field cannot remove a
 * field that is set after it was obeyed, and nothing that the client sent stands beside what is injected.
 *
 * @throws Fault SECRET_NOT_FOUND, DESTINATION_NOT_ALLOWED, SECRET_DECRYPTION_FAILED, INVALID_REQUEST.
 */
export function inject(
  route: Route,
  aimed: Aim,
  request: Pick<Identified, 'headers' | 'query'> & { readonly method: string },
  held: ReadonlyMap<string, HeldSecret>,
): UpstreamRequest {
  const plan = planOf(route.injection)
  const secrets: Secrets = { held, granted: route.secrets }
  const used = boundSecrets(plan, aimed.origin, secrets)

  const injects = plan.uses.length > 0
  const scrub = injects && route.target.scrub
  const replaced = route.target.forwardTraceContext ? plan.replacedWithTrace : plan.replacedHeaders
  const headers = stripHeaders(request.headers, { replaced, injects, scrub })
  const query = request.query === null ? null : withoutReplaced(request.query, plan)
  checkNothingOfOurs(query, headers)

  const basics = plan.basic.map(({ user, password }) => renderBasic(user, password, secrets))
  if (scrub) headers.push('accept-encoding', 'identity')
  for (const { name, value } of plan.headers) headers.push(name, renderHeader(value, secrets))
  for (const encoded of basics) headers.push('authorization', `Basic ${encoded}`)
  const target = targetOf(pathWith(plan, route, aimed, secrets), query, queryOf(plan, secrets))
  return { origin: aimed.origin, method: request.method, target, headers, secrets: used, basics, scrub }
}

/** Checks the bindings that the vault authenticated once more, now that origin and places are known. */
function boundSecrets(plan: InjectionPlan, origin: string, secrets: Secrets): readonly HeldSecret[] {
  const used: HeldSecret[] = []
  for (const { secretId, placement } of plan.uses) {
    const secret = heldSecret(secretId, secrets)
    if (!bindingsAllow(secret.bindings, origin, placement)) {
      throw new Fault('DESTINATION_NOT_ALLOWED', `${secretId} is not bound to this place at ${origin}`)
    }
    if (!used.includes(secret)) used.push(secret)
  }
  return used
}

function withoutReplaced(query: string, { query: injected, replacedQueries }: InjectionPlan): string | null {
  if (replacedQueries.size === 0 || (injected.length === 0 && !mayNameKey(query))) return query
  return filterQuery(query, (name) => !replacedQueries.has(canonicalQueryName(name)))
}

function queryOf(plan: InjectionPlan, secrets: Secrets): string {
  return plan.query.map(({ name, value }) => `${escapeStrictly(name)}=${renderEscaped(value, secrets)}`).join('&')
}

function pathWith(plan: InjectionPlan, route: Route, aimed: Aim, secrets: Secrets): string {
  const [template, ...others] = plan.path
  if (template === undefined) return aimed.path
  // The binding of a path placement covers all that stands before the client's path, so it allows neither a base path
  // nor another template there.
  if (route.target.baseUrl.pathname !== '/')
    throw new Fault('DESTINATION_NOT_ALLOWED', 'a secret in the path, below a base path')
  if (others.length > 0) throw new Fault('DESTINATION_NOT_ALLOWED', 'a secret in the path, beside another template')
  return renderPath(template, secrets) + aimed.path
}

/**
 * Joins path and queries, and makes sure that no parser would resolve anything in the joined path: what is checked is
 * what is sent.
 */
function targetOf(path: string, query: string | null, injected: string): string {
  if (!isInOneSpelling(path)) throw new Fault('PATH_NOT_ALLOWED', 'the path is not in its one spelling')
  if (query === null) return injected === '' ? path : `${path}?${injected}`
  const whole = injected === '' ? query : query === '' ? injected : `${query}&${injected}`
  return `${path}?${whole}`
}

/**
 * Segments of characters that no parser changes, none of which begins with a dot. Two slashes in front would begin a
 * host.
 */
const PLAIN_PATH = /^(?!\/\/)(?:\/(?!\.)[A-Za-z0-9\-._~!$&'()*+,;=:@]*)+$/

/**
 * Whether the path is as the URL standard's parser would leave it. Most paths are so plain that the parser need not be
 * asked, which takes a twentieth of the time.
 */
export function isInOneSpelling(path: string): boolean {
  return PLAIN_PATH.test(path) || new URL(path, 'http://base.invalid').pathname === path
}

/** Searches where `identify` does not strip: in field names, under further encodings. `aim` has searched the path. */
function checkNothingOfOurs(query: string | null, headers: readonly string[]): void {
  if ((query !== null && holdsOurs(query)) || headers.some(headerHoldsOurs)) throw oursWouldLeave()
}
