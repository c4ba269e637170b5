import type { Flag, FlagKind, SubjectKind } from './flag.js'

/** When a pattern is unusual. */
export const THRESHOLDS = {
  spike: {
    /** In the last whole hour, more than this many times the highest hour of the seven days before. */
    timesHighest: 3,
    requestsOver: 100,
  },
  failures: {
    /** Requests of an hour, and of the day before, that say something. */
    requestsMin: 50,
    /** Shares that failed at the provider. */
    over: 0.5,
    usualBelow: 0.1,
  },
  unattested: {
    /** Requests of the last 24 hours, and of the week before, that say something. */
    requestsMin: 50,
    over: 0.2,
    timesUsual: 2,
  },
  awake: { silentDays: 30 },
} as const

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** One hour of a service, app or secret. */
export interface HourCounts {
  readonly kind: SubjectKind
  readonly id: string
  readonly hourMs: number
  readonly requests: number
  readonly failed: number
}

/** What the patterns are found in: of one organization, at one time. */
export interface Observed {
  readonly nowMs: number
  /** Hours with requests of the last 49, in order: whole ones but the last. */
  readonly hours: readonly HourCounts[]
  /** The highest hour of the seven days before the last whole hour. Absent: none had requests. */
  readonly highest: readonly { readonly kind: SubjectKind; readonly id: string; readonly requests: number }[]
  /** Requests by fault, of the last seven days, in order. */
  readonly keyFaults: readonly {
    readonly code: string
    readonly serviceId: string
    readonly hourMs: number
    readonly requests: number
  }[]
  /** Apps under audit. */
  readonly apps: readonly {
    readonly id: string
    /** Of the last 24 hours, and of the week before. */
    readonly last: Attestation
    readonly before: Attestation
    readonly firstUnattestedMs: number
  }[]
  /** Secrets that were used in the last 24 hours. */
  readonly secrets: readonly {
    readonly id: string
    /** The first hour of these, and its requests. */
    readonly hourMs: number
    readonly requests: number
    /** The last hour before that; null: none that is kept. */
    readonly beforeMs: number | null
    readonly createdMs: number
  }[]
  /** The first hour of the organization that is kept; null: none. */
  readonly reachesBackMs: number | null
}

interface Attestation {
  readonly requests: number
  readonly unattested: number
}

const ADVICE: Readonly<Record<FlagKind, string>> = {
  spike:
    'Look in the access log at who sent these requests; if you do not know the traffic, replace the secret, revoke the old key at the provider, and set limits and quotas.',
  'provider-rejects-key':
    'Check at the provider whether the key was revoked or has expired, and replace the secret’s value with one that works.',
  'provider-leaked-key':
    'Replace the secret’s value, then revoke the old key at the provider, and report to the provider that its answers contain keys.',
  failures:
    'Look in the access log at the statuses of these requests, then at the provider’s status page, the key’s limits there, and the last release of the app.',
  unattested:
    'Look in the access log at the unattested requests of this app; if its own releases do attest, set its policy to enforce.',
  awake:
    'Look in the access log at who uses this secret again; if nobody should, delete it, and revoke the key at the provider.',
}

const flag = (kind: FlagKind, found: Omit<Flag, 'kind' | 'advice'>): Flag => ({ kind, ...found, advice: ADVICE[kind] })

/** The patterns that may mean that a key is in the wrong hands, or is about to fail: the gravest first. */
export function findUnusual(observed: Observed): readonly Flag[] {
  return [
    ...keyFaults(observed, 'provider-leaked-key', 'UPSTREAM_LEAKED_KEY', 7 * DAY_MS),
    ...keyFaults(observed, 'provider-rejects-key', 'UPSTREAM_REJECTED_KEY', DAY_MS),
    ...spikes(observed),
    ...awakened(observed),
    ...unattestedApps(observed),
    ...failures(observed),
  ]
}

function keyFaults({ nowMs, keyFaults: faults }: Observed, kind: FlagKind, code: string, lastMs: number): Flag[] {
  const found = faults.filter((fault) => fault.code === code && fault.hourMs > nowMs - lastMs)
  return [...bySubject(found, ({ serviceId }) => serviceId)].map(([id, rows]) => {
    const observed = rows.reduce((sum, { requests }) => sum + requests, 0)
    const sinceMs = Math.min(...rows.map(({ hourMs }) => hourMs))
    return flag(kind, { subject: { kind: 'service', id }, sinceMs, observed, usual: null })
  })
}

function spikes({ nowMs, hours, highest }: Observed): Flag[] {
  const { timesHighest, requestsOver } = THRESHOLDS.spike
  const sinceMs = lastWholeHour(nowMs)
  return hours
    .filter(({ hourMs }) => hourMs === sinceMs)
    .flatMap(({ kind, id, requests }) => {
      const usual = highest.find((one) => one.kind === kind && one.id === id)?.requests ?? 0
      if (requests <= requestsOver || requests <= usual * timesHighest) return []
      return [flag('spike', { subject: { kind, id }, sinceMs, observed: requests, usual })]
    })
}

const lastWholeHour = (nowMs: number): number => Math.floor(nowMs / HOUR_MS) * HOUR_MS - HOUR_MS

function awakened({ secrets, reachesBackMs }: Observed): Flag[] {
  const silentMs = THRESHOLDS.awake.silentDays * DAY_MS
  return secrets.flatMap(({ id, hourMs, requests, beforeMs, createdMs }) => {
    const fromMs = hourMs - silentMs
    const couldTell = createdMs <= fromMs && reachesBackMs !== null && reachesBackMs <= fromMs
    if (!couldTell || (beforeMs !== null && beforeMs > fromMs)) return []
    return [flag('awake', { subject: { kind: 'secret', id }, sinceMs: hourMs, observed: requests, usual: 0 })]
  })
}

function unattestedApps({ apps }: Observed): Flag[] {
  const { requestsMin, over, timesUsual } = THRESHOLDS.unattested
  return apps.flatMap(({ id, last, before, firstUnattestedMs }) => {
    if (last.requests < requestsMin || before.requests < requestsMin) return []
    const share = last.unattested / last.requests
    const usual = before.unattested / before.requests
    if (share <= over || share < usual * timesUsual) return []
    return [
      flag('unattested', {
        subject: { kind: 'app', id },
        sinceMs: firstUnattestedMs,
        observed: percent(share),
        usual: percent(usual),
      }),
    ]
  })
}

/** The last hour of the last 24 that stands out from the 24 before it, of each service. */
function failures({ nowMs, hours }: Observed): Flag[] {
  const { requestsMin, over, usualBelow } = THRESHOLDS.failures
  const services = hours.filter(({ kind }) => kind === 'service')
  return [...bySubject(services, ({ id }) => id)].flatMap(([id, own]) => {
    const flags = own.flatMap(({ hourMs, requests, failed }) => {
      if (hourMs <= nowMs - DAY_MS || requests < requestsMin || failed <= requests * over) return []
      const before = own.filter((hour) => hour.hourMs < hourMs && hour.hourMs >= hourMs - DAY_MS)
      const asked = before.reduce((sum, hour) => sum + hour.requests, 0)
      const usual = before.reduce((sum, hour) => sum + hour.failed, 0) / asked
      if (asked < requestsMin || usual >= usualBelow) return []
      const observed = percent(failed / requests)
      return [flag('failures', { subject: { kind: 'service', id }, sinceMs: hourMs, observed, usual: percent(usual) })]
    })
    return flags.slice(-1)
  })
}

const percent = (share: number): number => Math.round(share * 100)

function bySubject<Row>(rows: readonly Row[], idOf: (row: Row) => string): ReadonlyMap<string, readonly Row[]> {
  const found = new Map<string, Row[]>()
  for (const row of rows) {
    const held = found.get(idOf(row))
    if (held) held.push(row)
    else found.set(idOf(row), [row])
  }
  return found
}
