import { SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { AccessRequest, Admission, Limited } from '../admit/admission.js'
import type { DataPlane, Impairment } from '../data-plane.js'
import type { Freshness } from '../freshness/freshness.js'
import type { Label } from '../freshness/label.js'
import type { AppCredential } from '../identify/credential.js'
import { type HeldSecret, type LeaseSource, RouteFallen } from '../lease/lease-source.js'
import type { Exceeded } from '../quota/quotas.js'
import type { Outcome } from '../record/recorder.js'
import type { Route, RouteSource } from '../routes/route.js'
import type { Proof } from '../sessions/grpc-attest.js'

/** One admitted request, and how its end was recorded. */
export interface Recorded {
  readonly request: AccessRequest
  readonly ends: ({ readonly finished: Outcome } | { readonly voided: string })[]
}

/** All that the pipeline asks of the authorities, with its state in this process. */
export interface FakeDataPlane
  extends Pick<DataPlane, 'routes' | 'leases' | 'freshness' | 'admission' | 'attest' | 'impaired' | 'jwks' | 'ready'> {
  /** By service. */
  readonly routeOf: Map<string, Route>
  readonly secrets: Map<string, HeldSecret>
  readonly asked: AppCredential[]
  readonly recorded: Recorded[]
  readonly proofs: Proof[]
  /** What the next requests meet. */
  readonly says: {
    limited: Limited | null
    exceeded: Exceeded | null
    resolve: Fault | null
    lease: Fault | null
    admit: Fault | null
    ready: boolean
    impaired: readonly Impairment[]
    /** Runs while a lease is asked for. */
    duringLease: () => void
    duringAdmit: () => void
  }
  /** A row of the feed comes in. */
  fell(label: Label): void
  readonly followed: number
}

const SOLD = { token: 'pma_ses_a.b.c', expiresAtMs: 1_700_000_000_000, deviceId: 'dvc_1' }

export function fakeDataPlane(): FakeDataPlane {
  const routeOf = new Map<string, Route>()
  const secrets = new Map<string, HeldSecret>()
  const asked: AppCredential[] = []
  const recorded: Recorded[] = []
  const proofs: Proof[] = []
  const followers = new Set<{ labels: readonly Label[]; abort: (why: Fault) => void }>()
  const floors = new Map<string, number>()
  const says: FakeDataPlane['says'] = {
    limited: null,
    exceeded: null,
    resolve: null,
    lease: null,
    admit: null,
    ready: true,
    impaired: [],
    duringLease: () => {},
    duringAdmit: () => {},
  }

  const routes: RouteSource = {
    held: () => undefined,
    async resolve(credential, service) {
      asked.push(credential)
      await Promise.resolve()
      if (says.resolve) throw says.resolve
      const route = routeOf.get(service)
      if (!route) throw new Fault('ENDPOINT_NOT_FOUND', service)
      return route
    },
  }

  const leases: LeaseSource = {
    held: () => undefined,
    async lease(route) {
      await Promise.resolve()
      says.duringLease()
      if (!freshness.accepts(route.labels)) throw new RouteFallen('overtaken')
      if (says.lease) throw says.lease
      return new Map([...secrets].filter(([id]) => route.secrets.has(id)))
    },
  }

  const freshness: Freshness = {
    isCurrent: () => says.ready,
    accepts: (labels) => labels.every(({ kind, id, generation }) => generation >= (floors.get(`${kind}:${id}`) ?? 0)),
    track(labels, abort) {
      const follower = { labels, abort }
      followers.add(follower)
      return () => followers.delete(follower)
    },
  }

  const admission: Admission = {
    async admit(request) {
      await Promise.resolve()
      says.duringAdmit()
      if (says.admit) throw says.admit
      if (says.limited) return { admitted: false, limited: says.limited }
      if (says.exceeded) return { admitted: false, exceeded: says.exceeded }
      const entry: Recorded = { request, ends: [] }
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
    attest: {
      challenge: async (app) => {
        if (!app.startsWith('pma_app_')) throw new Fault('INVALID_TOKEN', 'no app token')
        return { challenge: 'a-challenge', expiresAtMs: SOLD.expiresAtMs }
      },
      exchangeDebugToken: async (token) => {
        if (!token.startsWith('pma_dbg_')) throw new Fault('INVALID_TOKEN', 'no debug token')
        return SOLD
      },
      exchange: async (proof) => {
        proofs.push(proof)
        return SOLD
      },
    },
    proofs,
    jwks: async () => ({ keys: [] }),
    ready: () => says.ready,
    impaired: () => says.impaired,
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

export function heldSecret(
  secretId: string,
  value: string,
  bindings: Pick<Bindings, 'origins' | 'placements'>,
): HeldSecret {
  return {
    secretId,
    versionId: `ver_of_${secretId}`,
    value: new SecretText(value),
    bindings: { ...bindings, services: [] },
    labels: [],
    notAfter: Number.POSITIVE_INFINITY,
  }
}

/** A plain route; `over` and `target` replace parts of it. */
export function routeTo(
  origin: string,
  { target = {}, ...over }: Partial<Omit<Route, 'target'>> & { target?: Partial<Route['target']> } = {},
): Route {
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
      bodyBytesMax: 256 * 1024 * 1024,
      scrub: true,
      forwardTraceContext: false,
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
    quotas: [],
    secrets: new Map([['sec_1', { secretId: 'sec_1', versionId: 'ver_1', generation: 1, name: 'EXAMPLE_API_KEY' }]]),
    grant: 'grant',
    labels: [{ kind: 'FEED_KIND_APP', id: 'app_1', generation: 1 }],
    notAfter: Number.POSITIVE_INFINITY,
    platform: 'ios',
    isTest: false,
    unattested: false,
    ...over,
  }
}
