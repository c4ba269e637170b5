import { setTimeout as sleep } from 'node:timers/promises'
import { fact } from '../history/facts.js'
import type { HistoryEntry } from '../history/history.js'
import type { SeededRandom } from '../schedule/seeded-random.js'
import type { ChaosSystem } from '../system/chaos-system.js'

/** The state of the keys that sign sessions, as far as the rig has had them replaced at once. */
export interface SessionKeys {
  /** The number of such replacements. */
  replaced: number
  /** True during a replacement: a session bought meanwhile may be signed by either key. */
  isChanging: boolean
}

export interface RotateKeysOptions {
  readonly system: Pick<ChaosSystem, 'runManagement'>
  readonly keys: SessionKeys
  readonly random: SeededRandom
  readonly tell: (entry: HistoryEntry) => void
  readonly pause: (ms: number) => Promise<void>
  readonly isOver: () => boolean
}

const LIMITS = {
  /** Few rotations, because each starts a process. */
  everyMs: { from: 6_000, to: 14_000 },
  againMs: 500,
  /** How many of ten rotations are the kind that follows a leak. */
  nowOfTen: 6,
} as const

/**
 * Rotates the signing keys by the operator's command, some as planned and some as after a leak, until the time is over.
 */
export async function rotateKeys({ system, keys, random, tell, pause, isOver }: RotateKeysOptions): Promise<void> {
  while (!isOver()) {
    await pause(random.between(LIMITS.everyMs.from, LIMITS.everyMs.to))
    const now = random.between(1, 10) <= LIMITS.nowOfTen
    if (now) keys.isChanging = true
    // Repeats the command until it exits with 0, as operators are told to, because until then a key that was not
    // replaced still signs.
    while (!isOver() && !(await rotateOnce(now))) await sleep(LIMITS.againMs)
    if (now) keys.replaced += 1
    keys.isChanging = false
  }

  async function rotateOnce(now: boolean): Promise<boolean> {
    const startMs = performance.now()
    const words = ['rotate-signing-keys', ...(now ? ['--now'] : [])]
    const isDone = await system.runManagement(words).then(
      () => true,
      () => false,
    )
    tell({
      ...{
        type: 'operation',
        kind: words.join(' '),
        target: 'installation',
        management: '',
        startMs,
        endMs: performance.now(),
      },
      ...{ outcome: isDone ? 'done' : 'unknown', status: 0, code: '', inForce: '', waitedMs: 0 },
      ends: now ? Array.from({ length: keys.replaced + 1 }, (_, epoch) => fact('session-keys', String(epoch))) : [],
      begins: [],
      audit: null,
    })
    return isDone
  }
}
