import { Fault } from '@protectmyapi/service-kit/faults'
import { SecretText } from '@protectmyapi/service-kit/secret-text'
import { RouteFallen } from '../lease/lease-source.js'
export function fakeDataPlane() {
  const routeOf = new Map()
  const secrets = new Map()
  const asked = []
  const recorded = []
  const followers = new Set()
  const floors = new Map()
  const says = {
    limited: null,
    resolve: null,
    lease: null,
    admit: null,
    ready: true,
    duringLease: () => {},
    duringAdmit: () => {},
  }
  const routes = {
    async resolve(credential, service) {
      asked.push(credential)
      await Promise.resolve()
      if (says.resolve) throw says.resolve
      const route = routeOf.get(service)
      if (!route) throw new Fault('ENDPOINT_NOT_FOUND', service)
      return route
    },
  }
  const leases = {
    async lease(route) {
      await Promise.resolve()
      says.duringLease()
      if (!freshness.accepts(route.labels)) throw new RouteFallen('overtaken')
      if (says.lease) throw says.lease
      return new Map([...secrets].filter(([id]) => route.secrets.has(id)))
    },
  }
  const freshness = {
    isCurrent: () => says.ready,
    accepts: (labels) => labels.every(({ kind, id, generation }) => generation >= (floors.get(`${kind}:${id}`) ?? 0)),
    track(labels, abort) {
      const follower = { labels, abort }
      followers.add(follower)
      return () => followers.delete(follower)
    },
  }
  const admission = {
    async admit(request) {
      await Promise.resolve()
      says.duringAdmit()
      if (says.admit) throw says.admit
      if (says.limited) return { admitted: false, limited: says.limited }
      const entry = { request, ends: [] }
      recorded.push(entry)
      return {
        admitted: true,
        ticket: {
          finish: (finished) => void entry.ends.push({ finished }),
          void_: (voided) => void entry.ends.push({ voided }),
        },
      }
    },
  }
  return {
    routes,
    leases,
    freshness,
    admission,
    routeOf,
    secrets,
    asked,
    recorded,
    says,
    exchangeDebugToken: async (token) => {
      if (!token.startsWith('pma_dbg_')) throw new Fault('INVALID_TOKEN', 'no debug token')
      return { token: 'pma_ses_a.b.c', expiresAtMs: 1_700_000_000_000, deviceId: 'dvc_1' }
    },
    jwks: async () => ({ keys: [] }),
    ready: () => says.ready,
    fell(label) {
      floors.set(`${label.kind}:${label.id}`, label.generation)
      for (const follower of [...followers]) {
        const hit = follower.labels.some(
          ({ kind, id, generation }) => kind === label.kind && id === label.id && generation < label.generation,
        )
        if (!hit || label.kind === 'FEED_KIND_SECRET') continue
        followers.delete(follower)
        follower.abort(new Fault('UNAVAILABLE', 'the feed overtook it'))
      }
    },
    get followed() {
      return followers.size
    },
  }
}
export function heldSecret(secretId, value, bindings) {
  return {
    secretId,
    versionId: `ver_of_${secretId}`,
    value: new SecretText(value),
    bindings: { ...bindings, services: [] },
    labels: [],
    notAfter: Number.POSITIVE_INFINITY,
  }
}
/** A route with nothing special; `over` and `target` say what is. */
export function routeTo(origin, { target = {}, ...over } = {}) {
  return {
    organizationId: 'org_1',
    appId: 'app_1',
    serviceId: 'svc_1',
    deviceId: null,
    sessionId: null,
    target: {
      baseUrl: new URL(origin),
      origin,
      methods: new Set(),
      paths: [],
      timeoutMs: 5_000,
      scrub: true,
      ...target,
    },
    injection: [
      {
        kind: 'header',
        name: 'Authorization',
        value: [
          { kind: 'literal', text: 'Bearer ' },
          { kind: 'secret', secretId: 'sec_1' },
        ],
      },
    ],
    limits: [],
    secrets: new Map([['sec_1', { secretId: 'sec_1', versionId: 'ver_1', generation: 1, name: 'EXAMPLE_API_KEY' }]]),
    grant: 'grant',
    labels: [{ kind: 'FEED_KIND_APP', id: 'app_1', generation: 1 }],
    notAfter: Number.POSITIVE_INFINITY,
    platform: 'ios',
    unattested: false,
    ...over,
  }
}
//# sourceMappingURL=fake-data-plane.js.map
