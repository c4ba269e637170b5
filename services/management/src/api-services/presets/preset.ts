import type { Bindings, Placement } from '@protectmyapi/service-kit/destinations/bindings'
import type { LimitSpec } from '../limits.js'

/** How a provider takes its key, without the key. */
type PresetAuth = { readonly type: 'bearer' } | { readonly type: 'header'; readonly name: string }

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

type PresetMethod = (typeof METHODS)[number]

/** What is known of a provider: it fills a new service, and proposes where a new secret may go. */
export interface Preset {
  readonly id: string
  readonly name: string
  /** The origin without a version: the SDK's own version stays in the path. */
  readonly baseUrl: string
  /** Recognised with `_PROD` and `_DEV` too. */
  readonly secretName: string
  readonly keyFrom: string
  readonly auth: PresetAuth
  readonly bindings: Bindings
  /**
   * What clients without an SDK have to send beside the key. Not injected: SDKs send their own, newer ones, and what is
   * injected would replace them. They never hold secrets.
   */
  readonly defaultHeaders: Readonly<Record<string, string>>
  readonly endpoints: readonly EndpointGroup[]
  /** All that SDKs send, unless a group that is open by default reaches a reserved endpoint by one of them. */
  readonly methods: readonly PresetMethod[]
  readonly limits: readonly LimitSpec[]
  readonly reserved: readonly ReservedEndpoint[]
}

/** A part of a provider's API. */
interface EndpointGroup {
  readonly name: string
  /**
   * A new service allows the union of these. None of them reaches a reserved endpoint. What others left in the account
   * some do reach, and `lets` says so: SDKs upload and list by the same paths. The rest is opened by who writes its paths
   * into the service.
   */
  readonly byDefault: boolean
  /** What an app does by it, and whoever has one in their hands. */
  readonly lets: string
  readonly paths: readonly string[]
}

/**
 * One by which who uses the key makes credentials of their own, changes the account or moves its money. What is done
 * with such a credential comes past us: no limit, no record and no revocation reaches it.
 */
export interface ReservedEndpoint {
  readonly method: PresetMethod
  /** Ids in braces. */
  readonly path: string
  readonly gives: string
}

/** A chat at full speed, and no bill that ruins anybody overnight. */
export const PER_DEVICE: readonly LimitSpec[] = [{ scope: 'device', count: 60, periodSeconds: 60, burst: 20 }]

export const BEARER: Placement = { kind: 'header', name: 'authorization' }

export const header = (name: string): Placement => ({ kind: 'header', name })

export const boundTo = (origin: string, ...placements: readonly Placement[]): Bindings => ({
  origins: [origin],
  placements,
  services: [],
})

/** The whole API: never by default. */
export const everything = (...paths: readonly string[]): EndpointGroup => ({
  name: 'Everything',
  byDefault: false,
  lets: 'All that the key may do: make credentials that work without us, change the account, read and delete what is in it.',
  paths,
})
