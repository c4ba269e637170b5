import type { InjectedField__Output } from '@protectmyapi/protos/generated/directory/v1/InjectedField'
import type { LimitScope__Output } from '@protectmyapi/protos/generated/directory/v1/LimitScope'
import type { Quota__Output } from '@protectmyapi/protos/generated/directory/v1/Quota'
import type { QuotaPeriod__Output } from '@protectmyapi/protos/generated/directory/v1/QuotaPeriod'
import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import type { Target__Output } from '@protectmyapi/protos/generated/directory/v1/Target'
import type { Template__Output } from '@protectmyapi/protos/generated/directory/v1/Template'
import { compilePattern } from '@protectmyapi/service-kit/destinations/path-pattern'
import { Fault } from '@protectmyapi/service-kit/faults'
import { wrongHeaderName } from '@protectmyapi/service-kit/http/header-name'
import { BODY_BYTES_MAX } from '../forward/request-body.js'
import type { InjectedField, LimitScope, Quota, Route, Target, Template } from './route.js'

/** What all requests of one app to one service share. */
export type SharedRoute = Omit<Route, 'notAfter'>

/**
 * The directory's answer in the form that the pipeline uses, compiled once. @throws Fault INTERNAL where it cannot be
 * read.
 */
export function routeFromWire(wire: ResolveRouteResponse__Output): SharedRoute {
  return {
    organizationId: wire.organizationId,
    appId: wire.appId,
    serviceId: wire.serviceId,
    deviceId: null,
    sessionId: null,
    target: targetFromWire(wire.target),
    injection: (wire.injection?.fields ?? []).map(fieldFromWire),
    limits: wire.limits.map(({ scope, count, periodMs, burst, allServices }) => ({
      scope: scopeFromWire(scope),
      count,
      periodMs,
      burst,
      allServices,
    })),
    quotas: wire.quotas.map(quotaFromWire),
    secrets: new Map(wire.secrets.map((secret) => [secret.secretId, numbered(secret)])),
    grant: wire.grant,
    labels: wire.labels.map(numbered),
    platform: wire.platform,
    isTest: false,
    unattested: wire.unattested,
  }
}

function targetFromWire(wire: Target__Output | null): Target {
  if (!wire || !URL.canParse(wire.baseUrl)) throw unreadable('a route without a target')
  const baseUrl = new URL(wire.baseUrl)
  return {
    baseUrl,
    origin: baseUrl.origin,
    methods: new Set(wire.methods),
    paths: wire.paths.map(compilePattern),
    timeoutMs: wire.timeoutMs,
    bodyBytesMax: wire.bodyBytesMax > 0 ? Math.min(wire.bodyBytesMax, BODY_BYTES_MAX) : BODY_BYTES_MAX,
    scrub: wire.scrub,
    forwardTraceContext: wire.forwardTraceContext,
  }
}

function fieldFromWire(field: InjectedField__Output): InjectedField {
  const value = templateFromWire(field.value)
  switch (field.surface) {
    case 'header':
      return { kind: 'header', name: headerName(field.header ?? ''), value }
    case 'query':
      return { kind: 'query', name: field.query ?? '', value }
    case 'basic':
      return { kind: 'basic', user: value, password: templateFromWire(field.password) }
    case 'path':
      return { kind: 'path', value }
    default:
      // Leaving the field out would send the request without its key.
      throw unreadable('an injected field of no known surface')
  }
}

/**
 * The name was checked when the service was saved. It is checked again here, because management, or its rows, may be in
 * an attacker's hands: with an injected Host beside a key, a server in front of many providers would pass the key to
 * the attacker's.
 */
function headerName(name: string): string {
  if (wrongHeaderName(name) !== undefined) throw unreadable('an injected header that nobody may set')
  return name
}

function templateFromWire(wire: Template__Output | null): Template {
  return (wire?.parts ?? []).map((part) => {
    if (part.part === 'secretId') return { kind: 'secret', secretId: part.secretId ?? '' }
    return { kind: 'literal', text: part.literal ?? '' }
  })
}

/**
 * A larger generation would be compared wrongly, and could be written into the access log's entries but not read from
 * them: one row of one organization would end the proxy for all.
 */
function numbered<Numbered extends { readonly generation: number }>(given: Numbered): Numbered {
  if (!Number.isSafeInteger(given.generation)) throw unreadable('a generation beyond 2^53')
  return given
}

const SCOPES: Readonly<Record<LimitScope__Output, LimitScope | undefined>> = {
  LIMIT_SCOPE_UNSPECIFIED: undefined,
  LIMIT_SCOPE_DEVICE: 'device',
  LIMIT_SCOPE_APP: 'app',
  LIMIT_SCOPE_SERVICE: 'service',
  LIMIT_SCOPE_ORGANIZATION: 'organization',
}

/** @throws Fault INTERNAL for an unknown scope, because a limit that is left out fails open. */
export function scopeFromWire(wire: LimitScope__Output): LimitScope {
  const scope = SCOPES[wire]
  if (!scope) throw unreadable(`a limit of no known scope: ${wire}`)
  return scope
}

const PERIODS: Readonly<Record<QuotaPeriod__Output, Quota['period'] | undefined>> = {
  QUOTA_PERIOD_UNSPECIFIED: undefined,
  QUOTA_PERIOD_DAY: 'day',
  QUOTA_PERIOD_MONTH: 'month',
}

/** The same for a quota. */
function quotaFromWire({ scope: wire, period: wirePeriod, count }: Quota__Output): Quota {
  const scope = scopeFromWire(wire)
  const period = PERIODS[wirePeriod]
  if (scope === 'service' || !period || count < 1) throw unreadable('a quota of no known kind')
  return { scope, period, count }
}

function unreadable(detail: string): Fault {
  return new Fault('INTERNAL', `the directory answered with ${detail}`)
}
