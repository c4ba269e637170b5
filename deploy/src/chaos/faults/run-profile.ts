import type { ChaosConfig } from '../chaos-config.js'
import type { ChaosSystem } from '../system/chaos-system.js'
import { dealt } from './deal-faults.js'
import { faultDeck } from './fault-deck.js'
import type { RecordWatch } from './record-watch.js'
import { type RunFaultsOptions, runFaults } from './run-faults.js'
import { untilHealed, untilUp } from './until-healed.js'

export interface RunProfileOptions extends Omit<RunFaultsOptions, 'deck' | 'healed'> {
  readonly profile: ChaosConfig['profile']
  readonly system: ChaosSystem
  readonly records: RecordWatch
}

/** In the profile `multi`, the number of hands that break things at once. */
const HANDS = 3

/**
 * `single`: each failure is mended, and everything on record, before the next. `multi`: several failures at once,
 * without waiting for records.
 *
 * @returns the number of failures in the seed, whether or not there was time for them.
 */
export async function runProfile({ profile, records, ...options }: RunProfileOptions): Promise<number> {
  const { system, random } = options
  const deck = faultDeck(random.fork('deck'), system)
  if (profile === 'single') {
    await runFaults({ ...options, deck, healed: () => untilHealed(system, records) })
    return deck.length
  }
  const twice = [...deck, ...faultDeck(random.fork('second deck'), system)]
  await Promise.all(
    dealt(twice, HANDS).map((hand, index) =>
      runFaults({
        ...options,
        deck: hand,
        random: random.fork(`hand ${index}`),
        healed: (target) => untilUp(system, target),
      }),
    ),
  )
  const mendedMs = performance.now()
  // With several failures at once records may be lost: the checker judges whether those that are missing had to be
  // there.
  const { backMs } = await untilHealed(system, records)
  const times = { startMs: mendedMs, mendedMs, backMs, endMs: performance.now() }
  options.tell({ type: 'fault', kind: 'several', target: 'everything', ...times, isWhole: backMs !== null })
  return twice.length
}
