import type { Bindings } from '@protectmyapi/service-kit/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { AccessRequest, Limited } from '../admit/admission.js'
import type { DataPlane } from '../data-plane.js'
import type { Label } from '../freshness/label.js'
import type { AppCredential } from '../identify/credential.js'
import { type HeldSecret } from '../lease/lease-source.js'
import type { Outcome } from '../record/recorder.js'
import type { Route } from '../routes/route.js'
/** One admitted request and what was said of its end. */
export interface Recorded {
  readonly request: AccessRequest
  readonly ends: (
    | {
        readonly finished: Outcome
      }
    | {
        readonly voided: string
      }
  )[]
}
/** All that the pipeline asks of the authorities, with its state in this process. */
export interface FakeDataPlane
  extends Pick<DataPlane, 'routes' | 'leases' | 'freshness' | 'admission' | 'exchangeDebugToken' | 'jwks' | 'ready'> {
  /** By service. */
  readonly routeOf: Map<string, Route>
  readonly secrets: Map<string, HeldSecret>
  readonly asked: AppCredential[]
  readonly recorded: Recorded[]
  /** What the next requests meet. */
  readonly says: {
    limited: Limited | null
    resolve: Fault | null
    lease: Fault | null
    admit: Fault | null
    ready: boolean
    /** Runs while a lease is asked for. */
    duringLease: () => void
    duringAdmit: () => void
  }
  /** A row of the feed comes in. */
  fell(label: Label): void
  readonly followed: number
}
export declare function fakeDataPlane(): FakeDataPlane
export declare function heldSecret(
  secretId: string,
  value: string,
  bindings: Pick<Bindings, 'origins' | 'placements'>,
): HeldSecret
/** A route with nothing special; `over` and `target` say what is. */
export declare function routeTo(
  origin: string,
  {
    target,
    ...over
  }?: Partial<Omit<Route, 'target'>> & {
    target?: Partial<Route['target']>
  },
): Route
