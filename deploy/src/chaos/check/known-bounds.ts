/** A limit of requests in a time, as the rig has set it. */
export interface KnownLimit {
  /** What requests that are counted rest on: the service, the app or the organization. */
  readonly fact: string
  /** Each device has it for itself, and whoever has none by its address: all the rig's clients have one. */
  readonly isEachDevices: boolean
  readonly perSecond: number
  readonly burst: number
}

/** A quota of the month, as the rig has set it: a run that sees two months may use it twice, and is not looked for. */
export interface KnownQuota {
  readonly fact: string
  readonly count: number
}

/** What the rig has bounded; everything else is without bounds. */
export interface KnownBounds {
  readonly limits: readonly KnownLimit[]
  readonly quotas: readonly KnownQuota[]
}
