/** Leases that proxies share, sealed. No answer is trusted before its seal has been opened. */
export interface SealedLeaseStore {
  /**
   * Values in the order of the keys, which are all of one organization and at most 32; null where there is none. Waits
   * once and for a bounded time. Of each value it reads only enough to show that it is too long to be a lease.
   *
   * @throws where the store is away or slow; the caller has another source.
   */
  get(keys: readonly string[]): Promise<readonly (Buffer | null)[]>
  /** Keeps it for at most `lifeMs` milliseconds. @throws as `get`. */
  put(key: string, sealed: Buffer, lifeMs: number): Promise<void>
}
