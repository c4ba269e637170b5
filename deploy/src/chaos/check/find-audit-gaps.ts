import type { Operation } from '../history/history.js'
import type { AuditCount } from './evidence.js'
import type { Violation } from './violation.js'

/**
 * The trail must have a row for each change that was answered, none for a refused one, and at most one where the
 * outcome is unknown.
 */
export function findAuditGaps(operations: readonly Operation[], audit: readonly AuditCount[]): Violation[] {
  const counts = new Map(audit.map(({ event, target, count }) => [`${event} ${target}`, count]))
  return [...expectations(operations)].flatMap(([about, { done, unknown }]): Violation[] => {
    const count = counts.get(about) ?? 0
    if (count >= done && count <= done + unknown) return []
    const expected = unknown === 0 ? String(done) : `${done} to ${done + unknown}`
    return [{ kind: 'audit', says: `the trail has ${count} rows "${about}"; by the answers there are ${expected}` }]
  })
}

interface Expected {
  done: number
  unknown: number
}

function expectations(operations: readonly Operation[]): ReadonlyMap<string, Expected> {
  const found = new Map<string, Expected>()
  for (const { audit, outcome } of operations) {
    if (audit === null) continue
    const about = `${audit.event} ${audit.target}`
    const expected = found.get(about) ?? { done: 0, unknown: 0 }
    found.set(about, expected)
    if (outcome !== 'refused') expected[outcome] += 1
  }
  return found
}
