/** A session, and the slug of a service that its app is linked to. */
export interface Asked {
  readonly credential: string
  readonly service: string
}

interface Directory {
  readonly address: string
  readonly serverId: string
}

/** Asks the Directory, as a proxy does, for what the vault leases against: one grant for each that is asked for. */
export interface GrantsJob {
  readonly kind: 'grants'
  readonly directory: Directory
  readonly asked: readonly Asked[]
}

export interface GrantsResult {
  readonly grants: readonly Granted[]
}

export interface Granted {
  readonly grant: string
  readonly versionId: string
}

/** Leases of one version each, by the grants in turn, so many at once, each its own call. */
export interface LeaseJob {
  readonly kind: 'lease'
  readonly address: string
  readonly grants: readonly Granted[]
  readonly atOnce: number
  /** Whichever comes first ends it. */
  readonly callsMax: number
  readonly msMax: number
}

/** What a first request waits for, one at a time: a route from the Directory, then a lease by its grant. */
export interface ColdJob {
  readonly kind: 'cold'
  readonly directory: Directory
  readonly vaultAddress: string
  /** In turn. */
  readonly asked: readonly Asked[]
  readonly calls: number
}

export interface ColdResult {
  readonly delaysMs: readonly number[]
}
