/** The keys of a Secret, and the version that they were read from. */
export interface StoredSecret {
  readonly data: ReadonlyMap<string, string>
  readonly version: string
}

/** The Secrets that the chart names. */
export interface SecretStore {
  /** @throws Error where the Secret is missing or cannot be read. */
  read(name: string): Promise<StoredSecret>
  /**
   * Sets these keys and leaves others.
   *
   * @throws Error where the Secret was changed since it was read as `version`.
   */
  write(name: string, data: ReadonlyMap<string, string>, version: string): Promise<void>
}
