import { valueFact } from '../history/facts.js'
import { newValue } from './furnish.js'
import type { LaneOperation } from './lane-operation.js'

/** Replacements in quick succession, so that each overtakes what the one before has set under way. */
const FLURRY = 3

/** Replaces the value once, or several times without a pause. */
export const REPLACE_VALUE: LaneOperation = {
  kind: 'replace value',
  async run({ operate }, lane, { management, which }) {
    const times = which < 0.5 ? 1 : FLURRY
    for (let time = 0; time < times; time += 1) {
      const value = newValue()
      const { outcome } = await operate.once(management + time, {
        kind: 'replace value',
        target: lane.secretId,
        method: 'PUT',
        path: `${lane.org}/secrets/${lane.secretId}/value`,
        body: { value },
        ends: [lane.value],
        begins: [valueFact(value)],
        audit: { event: 'secret.replaced', target: lane.secretId },
      })
      // Where the outcome is unknown, it is also unknown which value is in force. The next change ends the last value
      // known to have been in force; nothing is claimed about the uncertain one.
      if (outcome === 'done') lane.value = valueFact(value)
    }
  },
}
