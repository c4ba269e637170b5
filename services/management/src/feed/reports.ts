import { digestOfProof } from './proof.js'

/** What a Sync says: this process start of a proxy has applied everything up to here (APPLY). */
interface Report {
  readonly bootId: string
  readonly applied: number
}

/** The same before it is on record: whoever said it has to be who speaks for the boot. */
interface Claim extends Report {
  readonly proof: Uint8Array
}

/** A proxy as the registry has it. */
interface Registered {
  readonly bootId: string
  /** Digest of its proof; null where the version before wrote the row. */
  readonly proof: string | null
}

/** Which proxies have told this process that they applied one feed row. Not those that reported to another replica. */
export interface Following {
  has(proxy: Registered): boolean
  /** Settles with the next proxy that tells so. Ask before looking: who tells it while one looks must not be missed. */
  next(): Promise<void>
  end(): void
}

/** Tells the writers of this process at once what proxies report. */
export interface Reports {
  /** From now on, of a feed row that is committed. */
  follow(number: number): Following
  /**
   * A Sync that is not on record yet. It counts for the proxy whose proof it shows, and for the row that it names: that one
   * is committed. A higher number may be of a database that was restored since, and the registry will say.
   */
  came(claim: Claim): void
  /** As the registry has it now. */
  recorded(report: Report): void
}

/** `speaker`: a boot id where the registry has taken it, else with the proof that was shown. */
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
