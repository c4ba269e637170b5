import type { InjectedField } from '@protectmyapi/protos/generated/directory/v1/InjectedField'
import type { Limit } from '@protectmyapi/protos/generated/directory/v1/Limit'
import type { Target } from '@protectmyapi/protos/generated/directory/v1/Target'
import type { Template as WireTemplate } from '@protectmyapi/protos/generated/directory/v1/Template'
import { type InjectedPlace, injectedPlaces, placedRefs } from './injected-fields.js'
import { limitsToWire } from './limits.js'
import type { ServiceRow } from './service-row.js'
import type { IdRef, Template } from './template.js'

export interface RouteFields {
  readonly target: Target
  readonly injection: { readonly fields: InjectedField[] }
  readonly limits: Limit[]
  /** Every secret that the injection uses, without repetition. */
  readonly secretIds: readonly string[]
  /** The origin that every request goes to: `https://api.example.com`. */
  readonly origin: string
}

/** The fields of a route that come from the service. A pure function of the row. */
export function routeFields(service: ServiceRow): RouteFields {
  const places = injectedPlaces(service.auth, service.extraHeaders)
  return {
    target: {
      baseUrl: service.baseUrl,
      methods: [...service.methods],
      paths: [...service.paths],
      timeoutMs: service.timeoutMs,
      scrub: service.scrub,
      bodyBytesMax: service.bodyBytesMax,
      // Not if the service sets the field itself: receivers ignore two of them (W3C Trace Context § 3.2).
      forwardTraceContext: service.forwardTraceContext && !places.some(isTraceparent),
    },
    injection: { fields: places.map(toWire) },
    limits: limitsToWire(service.limits, 'one service'),
    secretIds: [...new Set(placedRefs(places).map(({ ref }) => ref.secretId))],
    origin: new URL(service.baseUrl).origin,
  }
}

const isTraceparent = ({ surface }: InjectedPlace<IdRef>): boolean =>
  surface.kind === 'header' && surface.name === 'traceparent'

function toWire({ surface, value, password }: InjectedPlace<IdRef>): InjectedField {
  switch (surface.kind) {
    case 'header':
      return { header: surface.name, value: templateToWire(value) }
    case 'query':
      return { query: surface.name, value: templateToWire(value) }
    case 'path':
      return { path: true, value: templateToWire(value) }
    case 'basic':
      return { basic: true, value: templateToWire(value), password: templateToWire(password ?? []) }
  }
}

const templateToWire = (template: Template): WireTemplate => ({ parts: [...template] })
