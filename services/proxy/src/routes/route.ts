import type { PathPattern } from '@protectmyapi/service-kit/destinations/path-pattern'
import type { Label } from '../freshness/label.js'
import type { AppCredential } from '../identify/credential.js'

/** Where one app's requests to one service go, what is injected into them, and what the route rests on. */
export interface Route {
  readonly organizationId: string
  /** For a test call, the person's id. */
  readonly appId: string
  readonly serviceId: string
  /** Null where an app token named the app, because then no device is known. */
  readonly deviceId: string | null
  readonly sessionId: string | null
  readonly target: Target
  readonly injection: readonly InjectedField[]
  readonly limits: readonly Limit[]
  readonly quotas: readonly Quota[]
  /** By secret id. */
  readonly secrets: ReadonlyMap<string, GrantedSecret>
  /** For the vault. Empty when there are no secrets. */
  readonly grant: string
  /** Those of the route, and those of the session where there is one. */
  readonly labels: readonly Label[]
  /** Monotonic milliseconds: until when route and grant may be used (TTL). */
  readonly notAfter: number
  readonly platform: string
  /** A test call: its answer is shown to a person, who must never be shown a value. */
  readonly isTest: boolean
  /** The app's policy let an app token through without attestation. */
  readonly unattested: boolean
}

export interface Target {
  readonly baseUrl: URL
  /** `baseUrl`'s origin. */
  readonly origin: string
  /** Upper case. Empty allows all but CONNECT and TRACE. */
  readonly methods: ReadonlySet<string>
  /** Empty allows every path. */
  readonly paths: readonly PathPattern[]
  readonly timeoutMs: number
  /** For one request's body. */
  readonly bodyBytesMax: number
  readonly scrub: boolean
  /** Whether the provider is told the proxy's trace. It is then never told a client's. */
  readonly forwardTraceContext: boolean
}

type TemplatePart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'secret'; readonly secretId: string }

/** Literals and secrets in order. Never parsed here, because management did that when the service was saved. */
export type Template = readonly TemplatePart[]

export type InjectedField =
  | { readonly kind: 'header'; readonly name: string; readonly value: Template }
  | { readonly kind: 'query'; readonly name: string; readonly value: Template }
  | { readonly kind: 'basic'; readonly user: Template; readonly password: Template }
  /** Segments before the client's path. */
  | { readonly kind: 'path'; readonly value: Template }

export type LimitScope = 'device' | 'app' | 'service' | 'organization'

export interface Limit {
  readonly scope: LimitScope
  readonly count: number
  readonly periodMs: number
  readonly burst: number
  /** The app's own limit, which counts its requests to all services. */
  readonly allServices: boolean
}

/** Requests to all services in a calendar period, by UTC. */
export interface Quota {
  readonly scope: Exclude<LimitScope, 'service'>
  readonly period: 'day' | 'month'
  readonly count: number
}

/** LABEL: version and generation come from the same row that management read. */
export interface GrantedSecret {
  readonly secretId: string
  readonly versionId: string
  readonly generation: number
  /** Shown in refusals. */
  readonly name: string
}

export interface RouteSource {
  /**
   * The route of this credential to this service, without waiting. Undefined where it has to be asked for.
   *
   * @throws Fault as `resolve`.
   */
  held(credential: AppCredential, service: string): Route | undefined
  /**
   * The route of this credential to this service, fresh at the moment it is handed over.
   *
   * @throws Fault: management's own refusals (not kept), INVALID_TOKEN, TOKEN_EXPIRED, or UNAVAILABLE: past the
   *   horizon, while management is away, or where too many unknown routes are being asked for.
   */
  resolve(credential: AppCredential, service: string): Promise<Route>
}
