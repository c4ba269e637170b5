import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/log'
import { type Label, labelKey } from './label.js'
import { LabelMap } from './label-map.js'

/** Requests under way, by what they rest on. */
export interface TrackedAnswers {
  add(labels: readonly Label[], abort: (why: Fault) => void): () => void
  /** Ends, before it returns, every answer that rests on an older generation. */
  abortBelow(row: Label): void
  abortAll(detail: string): void
  readonly size: number
}

interface Tracked {
  /** All of the request's: those that do not cut are skipped. */
  readonly labels: readonly Label[]
  readonly abort: (why: Fault) => void
}

/**
 * A secret's replacement does not cut a request that has begun: the key has left with it already. Nor does a signing
 * key's: it would cut everybody's answers, whenever keys are rotated.
 */
const NEVER_CUT: ReadonlySet<Label['kind']> = new Set(['FEED_KIND_SECRET', 'FEED_KIND_SIGNING_KEY'])

export function cutsAnswers({ kind }: Pick<Label, 'kind'>): boolean {
  return !NEVER_CUT.has(kind)
}

/** What a client reads whose answer had not begun. */
export function fallen(detail: string): Fault {
  return new Fault('UNAVAILABLE', detail, {
    say: 'What this request rests on was changed while it ran. Send it again.',
  })
}

export function createTrackedAnswers(log: Logger): TrackedAnswers {
  const all = new Set<Tracked>()
  const byLabel = new LabelMap<Set<Tracked>>()

  function add(given: readonly Label[], abort: (why: Fault) => void): () => void {
    const tracked: Tracked = { labels: given, abort }
    all.add(tracked)
    for (const label of given) {
      if (!cutsAnswers(label)) continue
      const set = byLabel.get(label)
      if (set) set.add(tracked)
      else byLabel.set(label, new Set([tracked]))
    }
    return () => remove(tracked)
  }

  function remove(tracked: Tracked): void {
    if (!all.delete(tracked)) return
    for (const label of tracked.labels) {
      const set = cutsAnswers(label) ? byLabel.get(label) : undefined
      set?.delete(tracked)
      if (set?.size === 0) byLabel.delete(label)
    }
  }

  function abort(tracked: Tracked, detail: string): void {
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
