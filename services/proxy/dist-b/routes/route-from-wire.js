import { Fault } from '@protectmyapi/service-kit/faults'
import { compilePattern } from '../aim/path-pattern.js'
/** The directory's answer as the pipeline uses it, compiled once. @throws Fault INTERNAL where it cannot be read. */
export function routeFromWire(wire) {
  return {
    organizationId: wire.organizationId,
    appId: wire.appId,
    serviceId: wire.serviceId,
    deviceId: null,
    sessionId: null,
    target: targetFromWire(wire.target),
    injection: (wire.injection?.fields ?? []).map(fieldFromWire),
    limits: wire.limits.map(({ scope, count, periodMs, burst }) => ({
      scope: scopeFromWire(scope),
      count,
      periodMs,
      burst,
    })),
    secrets: new Map(wire.secrets.map((secret) => [secret.secretId, secret])),
    grant: wire.grant,
    labels: wire.labels,
    platform: wire.platform,
    unattested: wire.unattested,
  }
}
function targetFromWire(wire) {
  if (!wire || !URL.canParse(wire.baseUrl)) throw unreadable('a route without a target')
  const baseUrl = new URL(wire.baseUrl)
  return {
    baseUrl,
    origin: baseUrl.origin,
    methods: new Set(wire.methods),
    paths: wire.paths.map(compilePattern),
    timeoutMs: wire.timeoutMs,
    scrub: wire.scrub,
  }
}
function fieldFromWire(field) {
  const value = templateFromWire(field.value)
  switch (field.surface) {
    case 'header':
      return { kind: 'header', name: field.header ?? '', value }
    case 'query':
      return { kind: 'query', name: field.query ?? '', value }
    case 'basic':
      return { kind: 'basic', user: value, password: templateFromWire(field.password) }
    case 'path':
      return { kind: 'path', value }
    default:
      // Leaving it out would send the request without its key.
      throw unreadable('an injected field of no known surface')
  }
}
function templateFromWire(wire) {
  return (wire?.parts ?? []).map((part) => {
    if (part.part === 'secretId') return { kind: 'secret', secretId: part.secretId ?? '' }
    return { kind: 'literal', text: part.literal ?? '' }
  })
}
const SCOPES = {
  LIMIT_SCOPE_UNSPECIFIED: undefined,
  LIMIT_SCOPE_DEVICE: 'device',
  LIMIT_SCOPE_APP: 'app',
  LIMIT_SCOPE_SERVICE: 'service',
  LIMIT_SCOPE_ORGANIZATION: 'organization',
}
/** @throws Fault INTERNAL for a scope that is not known here: a limit that is left out fails open. */
export function scopeFromWire(wire) {
  const scope = SCOPES[wire]
  if (!scope) throw unreadable(`a limit of no known scope: ${wire}`)
  return scope
}
function unreadable(detail) {
  return new Fault('INTERNAL', `the directory answered with ${detail}`)
}
//# sourceMappingURL=route-from-wire.js.map
