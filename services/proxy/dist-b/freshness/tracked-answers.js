import { Fault } from '@protectmyapi/service-kit/faults'
import { labelKey } from './label.js'
import { LabelMap } from './label-map.js'

/**
 * A secret's replacement does not cut a request that has begun: the key has left with it already. Nor does a signing
 * key's: it would cut everybody's answers, whenever keys are rotated.
 */
const NEVER_CUT = new Set(['FEED_KIND_SECRET', 'FEED_KIND_SIGNING_KEY'])
export function cutsAnswers({ kind }) {
  return !NEVER_CUT.has(kind)
}
/** What a client reads whose answer had not begun. */
export function fallen(detail) {
  return new Fault('UNAVAILABLE', detail, {
    say: 'What this request rests on was changed while it ran. Send it again.',
  })
}
export function createTrackedAnswers(log) {
  const all = new Set()
  const byLabel = new LabelMap()
  function add(given, abort) {
    const tracked = { labels: given, abort }
    all.add(tracked)
    for (const label of given) {
      if (!cutsAnswers(label)) continue
      const set = byLabel.get(label)
      if (set) set.add(tracked)
      else byLabel.set(label, new Set([tracked]))
    }
    return () => remove(tracked)
  }
  function remove(tracked) {
    if (!all.delete(tracked)) return
    for (const label of tracked.labels) {
      const set = cutsAnswers(label) ? byLabel.get(label) : undefined
      set?.delete(tracked)
      if (set?.size === 0) byLabel.delete(label)
    }
  }
  function abort(tracked, detail) {
    remove(tracked)
    try {
      tracked.abort(fallen(detail))
    } catch (err) {
      // One answer that cannot be ended must not keep the others alive.
      log.error({ err }, 'an answer could not be aborted')
    }
  }
  return {
    add,
    abortBelow(row) {
      if (!cutsAnswers(row)) return
      for (const tracked of [...(byLabel.get(row) ?? [])]) {
        const below = tracked.labels.some(
          ({ kind, id, generation }) => kind === row.kind && id === row.id && generation < row.generation,
        )
        if (below) abort(tracked, `${labelKey(row)} was changed`)
      }
    },
    abortAll(detail) {
      for (const tracked of [...all]) abort(tracked, detail)
    },
    get size() {
      return all.size
    },
  }
}
//# sourceMappingURL=tracked-answers.js.map
