/** Asks the Directory, as a proxy does, for what the vault leases against. */
export interface GrantJob {
  readonly kind: 'grant'
  readonly address: string
  readonly serverId: string
  readonly credential: string
  readonly service: string
}

export interface GrantResult {
  readonly grant: string
  readonly versionId: string
}

/** Leases of one version, so many at once, each its own call. */
export interface LeaseJob extends GrantResult {
  readonly kind: 'lease'
  readonly address: string
  readonly atOnce: number
  readonly callsMax: number
  readonly msMax: number
}
