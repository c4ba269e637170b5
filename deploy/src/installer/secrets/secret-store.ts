/** A Secret's keys, and the state of it that they were read from. */
export interface StoredSecret {
  readonly data: ReadonlyMap<string, string>
  readonly version: string
}

/** The Secrets that the chart has named. */
export interface SecretStore {
  /** @throws Error where it cannot be read, or is not there. */
  read(name: string): Promise<StoredSecret>
  /**
   * Sets these keys and leaves others.
   *
   * @throws Error where it was changed since it was read as `version`.
   */
  write(name: string, data: ReadonlyMap<string, string>, version: string): Promise<void>
}
