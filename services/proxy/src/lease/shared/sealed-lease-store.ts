/** Leases that proxies share, sealed. Nobody believes what it answers before the seal has been opened. */
export interface SealedLeaseStore {
  /**
   * In the order of the keys, all of one organization and at most 32; null where there is none. One bounded wait, and of
   * each no more than shows that it is too long to be a lease.
   *
   * @throws where it is away or slow: whoever asks knows another way.
   */
  get(keys: readonly string[]): Promise<readonly (Buffer | null)[]>
  /** Kept for so many milliseconds at most. @throws as `get`. */
  put(key: string, sealed: Buffer, lifeMs: number): Promise<void>
}
