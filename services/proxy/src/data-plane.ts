import type { Admission } from './admit/admission.js'
import type { Freshness } from './freshness/freshness.js'
import type { LeaseSource } from './lease/lease-source.js'
import type { RouteSource } from './routes/route.js'

/** An app session, bought. */
export interface AppSession {
  /** `pma_ses_` and a JWS. */
  readonly token: string
  readonly expiresAtMs: number
  readonly deviceId: string
}

/** A JSON Web Key Set, public keys alone. */
export interface PublicKeySet {
  readonly keys: readonly Readonly<Record<string, string>>[]
}

/** All that stands between the pipeline and the authorities: kept fresh, shared, recorded. */
export interface DataPlane {
  readonly freshness: Freshness
  readonly routes: RouteSource
  readonly leases: LeaseSource
  readonly admission: Admission
  /** @throws Fault: management's own refusals, or UNAVAILABLE. */
  exchangeDebugToken(debugToken: string, sourceAddress: string): Promise<AppSession>
  /** For `/.well-known/jwks.json`. @throws Fault UNAVAILABLE. */
  jwks(): Promise<PublicKeySet>
  /** The horizon is ahead: what is held may be used. */
  ready(): boolean
  /** Resolves with the first answered Sync, or after a while without one: it goes on trying. */
  start(): Promise<void>
  /** Call it when the last request has ended: hands over what is not on record yet, within its grace, and closes. */
  stop(): Promise<void>
}
