/** A server of another project that the services need, run by this project. Started again when it dies. */
export interface Engine {
  /** A text in its command line, and in that of no other process. */
  readonly mark: string
  /** Undefined while it is down. */
  pid(): number | undefined
  stop(): Promise<void>
  /** Ends it at once. */
  kill(): void
}
