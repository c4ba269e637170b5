import type { Bindings, Placement } from '@protectmyapi/service-kit/destinations/bindings'
import type { LimitSpec } from '../limits.js'

/** How a provider expects its key, without the key. */
type PresetAuth = { readonly type: 'bearer' } | { readonly type: 'header'; readonly name: string }

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

type PresetMethod = (typeof METHODS)[number]

/** What is known of a provider. It fills in a new service and proposes bindings for a new secret. */
export interface Preset {
  readonly id: string
  readonly name: string
  /** The origin without an API version, because SDKs put the version into the path. */
  readonly baseUrl: string
  /** Also recognised with `_PROD` or `_DEV` appended. */
  readonly secretName: string
  readonly keyFrom: string
  readonly auth: PresetAuth
  readonly bindings: Bindings
  /**
   * Header fields that clients without an SDK must send beside the key. They are not injected, because SDKs send their
   * own, newer ones, which injected fields would replace. They never hold secrets.
   */
  readonly defaultHeaders: Readonly<Record<string, string>>
  readonly endpoints: readonly EndpointGroup[]
  /** All methods that SDKs use, except one by which a group open by default would reach a reserved endpoint. */
  readonly methods: readonly PresetMethod[]
  readonly limits: readonly LimitSpec[]
  readonly reserved: readonly ReservedEndpoint[]
}

/** A part of a provider's API. */
interface EndpointGroup {
  readonly name: string
  /**
   * A new service allows the paths of all groups with `byDefault`. None of them reaches a reserved endpoint. Some reach
   * what others left in the account, because SDKs upload and list by the same paths; `lets` says so. Other groups are
   * opened by writing their paths into the service.
   */
  readonly byDefault: boolean
  /** What an app, and anybody who holds a copy of it, can do through these paths. */
  readonly lets: string
  readonly paths: readonly string[]
}

/**
 * An endpoint by which an app that uses the key makes credentials of its own, changes the account or moves its money.
 * Requests with such a credential bypass the proxy, so no limit, record or revocation reaches them.
 */
export interface ReservedEndpoint {
  readonly method: PresetMethod
  /** With ids in braces. */
  readonly path: string
  readonly gives: string
}

/** Enough for a chat at full speed, and low enough that one device cannot run up a ruinous bill overnight. */
export const PER_DEVICE: readonly LimitSpec[] = [{ scope: 'device', count: 60, periodSeconds: 60, burst: 20 }]

export const BEARER: Placement = { kind: 'header', name: 'authorization' }

export const header = (name: string): Placement => ({ kind: 'header', name })

export const boundTo = (origin: string, ...placements: readonly Placement[]): Bindings => ({
  origins: [origin],
  placements,
  services: [],
})

/** A group for the whole API, which is never open by default. */
export const everything = (...paths: readonly string[]): EndpointGroup => ({
  name: 'Everything',
  byDefault: false,
  lets: 'Everything that the key may do: make credentials that work without ProtectMyAPI, change the account, read and delete what is in it.',
  paths,
})
