import { valueFact } from '../history/facts.js'
import { newValue } from './furnish.js'
import type { LaneOperation } from './lane-operation.js'

/** In quick succession: what is on its way from one change is overtaken by the next. */
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
      // Where it is not known which one is in force, the next change ends the one that was before: of the other, nothing
      // is claimed.
      if (outcome === 'done') lane.value = valueFact(value)
    }
  },
}
