import { setTimeout as sleep } from 'node:timers/promises'
import { fact } from '../history/facts.js'
import type { HistoryEntry } from '../history/history.js'
import type { SeededRandom } from '../schedule/seeded-random.js'
import type { ChaosSystem } from '../system/chaos-system.js'

/** The keys that sign sessions, as far as the rig has had them replaced at once. */
export interface SessionKeys {
  /** How often they were. */
  replaced: number
  /** What is bought meanwhile may be signed by either. */
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
  /** A process is started for each. */
  everyMs: { from: 6_000, to: 14_000 },
  againMs: 500,
  /** Of ten rotations, so many as after a leak. */
  nowOfTen: 6,
} as const

/** Rotates the signing keys by the operator's command, as planned and as after a leak, until the time is over. */
export async function rotateKeys({ system, keys, random, tell, pause, isOver }: RotateKeysOptions): Promise<void> {
  while (!isOver()) {
    await pause(random.between(LIMITS.everyMs.from, LIMITS.everyMs.to))
    const now = random.between(1, 10) <= LIMITS.nowOfTen
    if (now) keys.isChanging = true
    // Until it ends with 0, as operators are told to: until then, what was not exchanged still signs.
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
