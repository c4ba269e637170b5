import type { TcpSwitch } from '../chaos/switch/tcp-switch.js'
import type { Links } from '../chaos/system/links.js'

/** `cut`: refused at once, as when nobody is there. `silent`: no packet comes through, as when somebody hangs. */
export type Manner = 'cut' | 'silent'

/** Something that is away from everybody who uses it. */
export interface Outage {
  readonly name: string
  readonly manner: Manner
  readonly holdMs: number
  /** Until the horizon; all the time, since what is held lives longer than this; or nothing, since nobody can admit. */
  readonly serves: 'until the horizon' | 'all the time' | 'nothing'
  readonly refusals: 'at once' | 'after a deadline'
  /** What becomes of a request for what no proxy holds. */
  readonly cold: 'served' | 'refused' | 'either'
  readonly links: readonly TcpSwitch[]
  /** Cut off before it begins, and until all has been measured. */
  readonly gone: readonly TcpSwitch[]
}

const HOLDS = {
  /** Beyond the horizon, to see that it is kept. */
  beyondHorizonMs: 8_000,
  vaultMs: 20_000,
  redisMs: 15_000,
  /** What is warm has 120 s at least; the rest is for what must be renewed within. */
  kmsMs: 125_000,
} as const

/** Each part that can go away, in both manners. Of the KMS one: it does not depend on the horizon. */
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
    // A vault may hold the data key still.
    { name: 'kms', manner: 'cut', links: kms, ...throughout, cold: 'either', holdMs: HOLDS.kmsMs },
  ]
}

/** What is gone before it begins. */
export function prepare({ gone }: Outage): void {
  for (const link of gone) link.cut()
}

export function begin({ links, manner }: Outage): void {
  for (const link of links) manner === 'cut' ? link.cut() : link.pause()
}

export function mend({ links }: Outage): void {
  for (const link of links) link.mend()
}

/** All is as it was before. */
export function restore({ gone }: Outage): void {
  for (const link of gone) link.mend()
}
