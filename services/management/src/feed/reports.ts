import { digestOfProof } from './proof.js'

/** What a Sync reports: this process start of a proxy has applied everything up to here (APPLY). */
interface Report {
  readonly bootId: string
  readonly applied: number
}

/** A report before it is recorded: its sender must still be shown to be the one that speaks for the boot. */
interface Claim extends Report {
  readonly proof: Uint8Array
}

/** A proxy as it stands in the registry. */
interface Registered {
  readonly bootId: string
  /** Digest of its proof; null if the previous version wrote the row. */
  readonly proof: string | null
}

/**
 * Which proxies have told this process that they applied one feed row. Those that told another replica are not known
 * here.
 */
export interface Following {
  has(proxy: Registered): boolean
  /**
   * Settles with the next proxy that reports the row. Call it before checking, so that a report made meanwhile is not
   * missed.
   */
  next(): Promise<void>
  end(): void
}

/** Tells the writers of this process at once what proxies report. */
export interface Reports {
  /** Follows a committed feed row from now on. */
  follow(number: number): Following
  /**
   * A Sync that is not recorded yet. It counts only for the proxy whose proof it shows and for the very row that it
   * names, because that row is committed. A higher number may be of a database that was restored since; the registry
   * will tell.
   */
  came(claim: Claim): void
  /** A Sync as the registry now has it. */
  recorded(report: Report): void
}

/** `speaker`: the boot id alone once the registry has accepted it, else the boot id with the proof that was shown. */
type Follower = (speaker: string, hasApplied: (number: number) => boolean) => void

export function createReports(): Reports {
  const followers = new Set<Follower>()
  const tell: Follower = (speaker, hasApplied) => {
    for (const follower of followers) follower(speaker, hasApplied)
  }
  return {
    follow(number) {
      const told = new Set<string>()
      let wake = (): void => {}
      const follower: Follower = (speaker, hasApplied) => {
        if (!hasApplied(number)) return
        told.add(speaker)
        wake()
      }
      followers.add(follower)
      return {
        has: ({ bootId, proof }) => told.has(bootId) || (proof !== null && told.has(showing(bootId, proof))),
        next: () =>
          new Promise((resolve) => {
            wake = resolve
          }),
        end: () => void followers.delete(follower),
      }
    },
    came: ({ bootId, proof, applied }) => tell(showing(bootId, digestOfProof(proof)), (number) => applied === number),
    recorded: ({ bootId, applied }) => tell(bootId, (number) => applied >= number),
  }
}

const showing = (bootId: string, proof: string): string => `${bootId} ${proof}`
