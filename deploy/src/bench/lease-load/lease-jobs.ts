/** A session, and the slug of a service that its app is linked to. */
export interface Asked {
  readonly credential: string
  readonly service: string
}

interface Directory {
  readonly address: string
  readonly serverId: string
}

/** Asks the Directory, as a proxy does, for the grants that the vault leases against: one for each entry of `asked`. */
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

/** Leases one version a call, taking the grants in turn, with a fixed number of calls at once. */
export interface LeaseJob {
  readonly kind: 'lease'
  readonly address: string
  readonly grants: readonly Granted[]
  readonly atOnce: number
  /** The job ends at the first of the two bounds. */
  readonly callsMax: number
  readonly msMax: number
}

/** Calls that a first request waits for, one after the other: a route from the Directory, then a lease by its grant. */
export interface ColdJob {
  readonly kind: 'cold'
  readonly directory: Directory
  readonly vaultAddress: string
  /** Taken in turn. */
  readonly asked: readonly Asked[]
  readonly calls: number
}

export interface ColdResult {
  readonly delaysMs: readonly number[]
}
