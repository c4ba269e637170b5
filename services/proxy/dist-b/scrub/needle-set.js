import { needleOfBasic, needlesOf } from './needles.js'
import { runAfter } from './token-bytes.js'

const known = new WeakMap()
/** Of one secret, as nearly every request has it, it is made once while the secret is held. */
export function needleSetOf(secrets, basics) {
  const [only, ...others] = secrets
  if (only === undefined || others.length > 0 || basics.length > 0) {
    return setOf([...secrets.flatMap(needlesOf), ...basics.flatMap(needleOfBasic)])
  }
  const made = known.get(only)
  if (made) return made
  const set = setOf(needlesOf(only))
  known.set(only, set)
  return set
}
function setOf(needles) {
  return {
    needles,
    byRuns: needles.every(({ bytes }) => runAfter(bytes, 0) === bytes.length),
    bytesMax: Math.max(0, ...needles.map(({ bytes }) => bytes.length)),
  }
}
//# sourceMappingURL=needle-set.js.map
