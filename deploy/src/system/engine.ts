/** A server of others' making that the services stand on, where it is one of ours. Started again when it dies. */
export interface Engine {
  /** In its command line, and in nobody else's. */
  readonly mark: string
  /** Undefined while it is down. */
  pid(): number | undefined
  stop(): Promise<void>
  /** At once. */
  kill(): void
}
