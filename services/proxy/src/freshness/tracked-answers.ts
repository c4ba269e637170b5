import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { type Label, labelKey } from './label.js'
import { LabelMap } from './label-map.js'
import { LinkedList, type Place } from './linked-list.js'

/** Requests under way, by the labels that they rest on. */
export interface TrackedAnswers {
  add(labels: readonly Label[], abort: (why: Fault) => void): () => void
  /** Ends, before it returns, every answer that rests on an older generation. */
  abortBelow(row: Label): void
  abortAll(detail: string): void
  readonly size: number
  /** Number of labels known: only those that a request under way rests on. */
  readonly labels: number
}

/** A class, for the same reason as a `Place`. */
class Tracked {
  /** All labels of the request; those that do not cut are skipped. */
  readonly labels: readonly Label[]
  readonly abort: (why: Fault) => void
  /** Its place in the list of each label that cuts. */
  places: readonly (Place<Tracked> | null)[] = NOWHERE
  /** Its place in the list of all. */
  place: Place<Tracked> | null = null

  constructor(labels: readonly Label[], abort: (why: Fault) => void) {
    this.labels = labels
    this.abort = abort
  }
}

const NOWHERE: readonly null[] = []

/**
 * Replacing a secret does not cut a request that has begun, because the key has left with it already. Nor does a change
 * of signing key, or the end of lease keys: each key rotation would cut everybody's answers.
 */
const NEVER_CUT: ReadonlySet<Label['kind']> = new Set([
  'FEED_KIND_SECRET',
  'FEED_KIND_SIGNING_KEY',
  'FEED_KIND_LEASE_KEYS',
])

export function cutsAnswers({ kind }: Pick<Label, 'kind'>): boolean {
  return !NEVER_CUT.has(kind)
}

/** What the client reads if its answer had not begun. */
export function fallen(detail: string): Fault {
  return new Fault('UNAVAILABLE', detail, {
    say: 'The configuration that this request uses changed while it ran. Send the request again.',
  })
}

export function createTrackedAnswers(log: Logger): TrackedAnswers {
  const all = new LinkedList<Tracked>()
  const byLabel = new LabelMap<LinkedList<Tracked>>()

  function listOf(label: Label): LinkedList<Tracked> {
    const known = byLabel.get(label)
    if (known) return known
    const made = new LinkedList<Tracked>()
    byLabel.set(label, made)
    return made
  }

  function add(labels: readonly Label[], abort: (why: Fault) => void): () => void {
    const tracked = new Tracked(labels, abort)
    tracked.place = all.add(tracked)
    tracked.places = labels.map((label) => (cutsAnswers(label) ? listOf(label).add(tracked) : null))
    return () => remove(tracked)
  }

  function remove(tracked: Tracked): void {
    if (!tracked.place) return
    all.remove(tracked.place)
    tracked.place = null
    tracked.places.forEach((place, at) => {
      const label = tracked.labels[at]
      if (place === null || label === undefined) return
      place.list.remove(place)
      if (place.list.size === 0) byLabel.delete(label)
    })
    tracked.places = NOWHERE
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
      for (const tracked of byLabel.get(row)?.items() ?? []) {
        const below = tracked.labels.some(
          ({ kind, id, generation }) => kind === row.kind && id === row.id && generation < row.generation,
        )
        if (below) abort(tracked, `${labelKey(row)} was changed`)
      }
    },
    abortAll(detail) {
      for (const tracked of all.items()) abort(tracked, detail)
    },
    get size() {
      return all.size
    },
    get labels() {
      return byLabel.size
    },
  }
}
