import { hash, type Options, verify } from '@node-rs/argon2'
import { createTurns } from '../fairness/turns.js'

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. The package's default algorithm is argon2id. */
const COST: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

const LIMITS = {
  /** Each hash takes a core and 19 MiB for some 30 ms. More at once would starve everything else. */
  atOnce: 2,
  /** Further ones are refused with 503, so that the queue does not grow without limit. */
  waitingMax: 64,
} as const

type Limits = Readonly<Record<keyof typeof LIMITS, number>>

export interface PasswordHasher {
  hash(password: string): Promise<string>
  /** Takes as long for a person who does not exist (`undefined`) as for one who does. */
  verify(stored: string | undefined, password: string): Promise<boolean>
}

/** @throws Fault UNAVAILABLE where too many wait. */
export async function createPasswordHasher(limits: Limits = LIMITS): Promise<PasswordHasher> {
  const turns = createTurns('passwords', limits)
  const limited = <Result>(work: () => Promise<Result>): Promise<Result> => turns.take('everybody', work)
  // The hash of nobody's password, for people who do not exist. A match with it does not count.
  const nobodys = await hash('a password that nobody has', COST)
  return {
    hash: (password) => limited(() => hash(password, COST)),
    verify: async (stored, password) => {
      const matches = await limited(() => verify(stored ?? nobodys, password))
      return matches && stored !== undefined
    },
  }
}
