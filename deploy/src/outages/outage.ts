import type { TcpSwitch } from '../chaos/switch/tcp-switch.js'
import type { Links } from '../chaos/system/links.js'

/**
 * `cut`: connections are refused at once, as when no process listens. `silent`: no packet comes through, as when a
 * process hangs.
 */
export type Manner = 'cut' | 'silent'

/** A part that is away for every process that uses it. */
export interface Outage {
  readonly name: string
  readonly manner: Manner
  readonly holdMs: number
  /**
   * Served until the horizon; all the time, because what is held outlives the outage; or not at all, because nothing
   * can admit.
   */
  readonly serves: 'until the horizon' | 'all the time' | 'nothing'
  readonly refusals: 'at once' | 'after a deadline'
  /** The outcome of a request for what no proxy holds. */
  readonly cold: 'served' | 'refused' | 'either'
  readonly links: readonly TcpSwitch[]
  /** Cut off before the outage begins, and until everything has been measured. */
  readonly gone: readonly TcpSwitch[]
}

const HOLDS = {
  /** Time beyond the horizon, to see that it is respected. */
  beyondHorizonMs: 8_000,
  vaultMs: 20_000,
  redisMs: 15_000,
  /** What is warm stays so for at least 120 s; the rest is for what must be renewed during the outage. */
  kmsMs: 125_000,
} as const

/**
 * Each part that can be away, in both manners. The KMS in one only, because its outage does not depend on the horizon.
 */
export function allOutages({ proxies, managements, vaults }: Links, horizonMs: number): readonly Outage[] {
  const management = proxies.map(({ directory }) => directory)
  const postgres = [...managements, ...vaults].map((one) => one.postgres)
  const vault = [...proxies, ...managements].map((one) => one.vault)
  const redis = [...proxies, ...managements].map((one) => one.redis)
  const kms = vaults.map((one) => one.kms)
  const usual = { refusals: 'at once', cold: 'refused', gone: [] } as const
  const pastHorizon = { ...usual, holdMs: horizonMs + HOLDS.beyondHorizonMs, serves: 'until the horizon' } as const
  const throughout = { ...usual, serves: 'all the time' } as const
  const inBoth = (outage: Omit<Outage, 'manner'>): [Outage, Outage] => [
    { ...outage, manner: 'cut' },
    { ...outage, manner: 'silent' },
  ]
  const unadmitted = { name: 'management without redis', links: management, gone: redis } as const
  const [refused, unanswered] = inBoth({ ...pastHorizon, ...unadmitted, serves: 'nothing' })
  return [
    ...inBoth({ name: 'management', links: management, ...pastHorizon }),
    ...inBoth({ name: 'postgres', links: postgres, ...pastHorizon }),
    ...inBoth({ name: 'vault', links: vault, ...throughout, holdMs: HOLDS.vaultMs }),
    ...inBoth({ name: 'redis', links: redis, ...throughout, cold: 'served', holdMs: HOLDS.redisMs }),
    refused,
    { ...unanswered, refusals: 'after a deadline' },
    // A vault may still hold the data key.
    { name: 'kms', manner: 'cut', links: kms, ...throughout, cold: 'either', holdMs: HOLDS.kmsMs },
  ]
}

/** Cuts off what must be gone before the outage begins. */
export function prepare({ gone }: Outage): void {
  for (const link of gone) link.cut()
}

export function begin({ links, manner }: Outage): void {
  for (const link of links) manner === 'cut' ? link.cut() : link.pause()
}

export function mend({ links }: Outage): void {
  for (const link of links) link.mend()
}

/** Restores everything. */
export function restore({ gone }: Outage): void {
  for (const link of gone) link.mend()
}
