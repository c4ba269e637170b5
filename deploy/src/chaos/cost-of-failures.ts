import type { History, InjectedFault } from './history/history.js'

/** What clients felt of one kind of failure, from its beginning until everything was seen to work again. */
export interface Cost {
  /** Without the number of the replica: `proxy→redis silent`. */
  readonly failure: string
  readonly times: number
  readonly requests: number
  /** Requests answered 503. */
  readonly unavailable: number
  readonly cut: number
  readonly longestMs: number
}

const REPLICA = /-\d/g

/** Pure. A request during several failures counts for each. */
export function costOfFailures(histories: readonly History[]): readonly Cost[] {
  const costs = new Map<string, Cost>()
  for (const { faults, requests } of histories) {
    for (const fault of faults) {
      const failure = `${fault.target.replaceAll(REPLICA, '')} ${fault.kind}`
      costs.set(failure, added(costs.get(failure) ?? none(failure), fault, requests))
    }
  }
  return [...costs.values()].sort((one, other) => one.failure.localeCompare(other.failure))
}

/** Text for people, one line for each failure. */
export function shownCosts(costs: readonly Cost[]): string {
  const lines = costs.map(({ failure, times, requests, unavailable, cut, longestMs }) => {
    const parts = [`${requests} requests`, `${unavailable} × 503`, `${cut} cut`, `longest ${seconds(longestMs)}`]
    return `  ${failure.padEnd(28)} ${String(times).padStart(3)} ×: ${parts.join(', ')}`
  })
  return ['What clients felt:', ...lines].join('\n')
}

function none(failure: string): Cost {
  return { failure, times: 0, requests: 0, unavailable: 0, cut: 0, longestMs: 0 }
}

function added(cost: Cost, { startMs, endMs }: InjectedFault, requests: History['requests']): Cost {
  const during = requests.filter((request) => request.startMs >= startMs && request.startMs <= endMs)
  return {
    failure: cost.failure,
    times: cost.times + 1,
    requests: cost.requests + during.length,
    unavailable: cost.unavailable + during.filter(({ status }) => status === 503).length,
    cut: cost.cut + during.filter(({ status }) => status === 0).length,
    longestMs: Math.max(cost.longestMs, ...during.map((request) => request.endMs - request.startMs)),
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
