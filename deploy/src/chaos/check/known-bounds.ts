/** A rate limit that the rig has set. */
export interface KnownLimit {
  /** The fact that counted requests rest on: the service, the app or the organization. */
  readonly fact: string
  /**
   * The limit applies to each device alone. Requests without a device are counted by their address, which all clients
   * of the rig share.
   */
  readonly isEachDevices: boolean
  readonly perSecond: number
  readonly burst: number
}

/**
 * A monthly quota that the rig has set. A run that spans two months could use it twice; the checker ignores that case.
 */
export interface KnownQuota {
  readonly fact: string
  readonly count: number
}

/** All bounds that the rig has set. Nothing else is bounded. */
export interface KnownBounds {
  readonly limits: readonly KnownLimit[]
  readonly quotas: readonly KnownQuota[]
}
