import type { InjectedFault } from '../history/history.js'
import type { SeededRandom } from '../schedule/seeded-random.js'
import type { ChaosSystem } from '../system/chaos-system.js'
import type { Fault } from './fault.js'
import type { Healing } from './until-healed.js'

export interface RunFaultsOptions {
  readonly system: ChaosSystem
  readonly deck: readonly Fault[]
  readonly random: SeededRandom
  /** Settles when what was broken is seen to work again, or has not done so in time. */
  readonly healed: (target: string) => Promise<Healing>
  readonly tell: (fault: InjectedFault) => void
  readonly say: (line: string) => void
  readonly pause: (ms: number) => Promise<void>
  readonly isOver: () => boolean
}

const LIMITS = {
  /** Pause after everything has been seen to work again, before the next failure. */
  betweenMs: { from: 200, to: 800 },
} as const

/**
 * Plays one failure after the other; each is mended, and seen to be whole, before the next. Settles when the deck is
 * played or the time is over.
 */
export async function runFaults(options: RunFaultsOptions): Promise<void> {
  const { system, deck, random, healed, tell, say, pause, isOver } = options
  for (const { kind, target, holdMs, begin } of deck) {
    const holdForMs = random.between(holdMs.from, holdMs.to)
    const betweenMs = random.between(LIMITS.betweenMs.from, LIMITS.betweenMs.to)
    if (isOver()) return
    const startMs = performance.now()
    const mend = await begin(system)
    await pause(holdForMs)
    await mend()
    const mendedMs = performance.now()
    const { backMs, isWhole } = await healed(target)
    const endMs = performance.now()
    tell({ type: 'fault', kind, target, startMs, mendedMs, backMs, endMs, isWhole })
    const healing = isWhole ? `whole again ${shown(endMs - mendedMs)} later` : 'not whole again in time'
    say(`${target} ${kind} for ${shown(mendedMs - startMs)}, ${healing}`)
    await pause(betweenMs)
  }
}

function shown(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
