/** What a Sync says: this process start of a proxy has applied everything up to here (APPLY). */
interface Report {
  readonly bootId: string
  readonly applied: number
}

/** Which proxies have told this process that they applied one feed row. Not those that reported to another replica. */
export interface Following {
  has(bootId: string): boolean
  /** Settles with the next proxy that tells so. Ask before looking: who tells it while one looks must not be missed. */
  next(): Promise<void>
  end(): void
}

/** Tells the writers of this process at once what proxies report. */
export interface Reports {
  /** From now on, of a feed row that is committed. */
  follow(number: number): Following
  /**
   * A Sync that is not on record yet. It counts for the row that it names: that one is committed. A higher number may be
   * of a database that was restored since, and the registry will say.
   */
  came(report: Report): void
  /** As the registry has it now. */
  recorded(report: Report): void
}

export function createReports(): Reports {
  const followers = new Set<(report: Report, isRecorded: boolean) => void>()
  const tell = (report: Report, isRecorded: boolean): void => {
    for (const follower of followers) follower(report, isRecorded)
  }
  return {
    follow(number) {
      const told = new Set<string>()
      let wake = (): void => {}
      const follower = ({ bootId, applied }: Report, isRecorded: boolean): void => {
        if (isRecorded ? applied < number : applied !== number) return
        told.add(bootId)
        wake()
      }
      followers.add(follower)
      return {
        has: (bootId) => told.has(bootId),
        next: () =>
          new Promise((resolve) => {
            wake = resolve
          }),
        end: () => void followers.delete(follower),
      }
    },
    came: (report) => tell(report, false),
    recorded: (report) => tell(report, true),
  }
}
