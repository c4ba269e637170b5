import type { ChaosConfig } from './chaos-config.js'
import { triedInVain } from './check/find-stale.js'
import type { Violation, ViolationKind } from './check/violation.js'
import type { History } from './history/history.js'
import type { SeedResult } from './run-seed.js'

const LIMITS = {
  /** Of each kind. */
  shownMax: 5,
} as const

/** Several failures at once may lose records: what they lost is told, and is no violation. */
const OF_SEVERAL_FAILURES: ReadonlySet<ViolationKind> = new Set<ViolationKind>(['lost', 'no end', 'recorded twice'])

/** Whether the promises of this profile held. */
export function isGreen({ violations }: Pick<SeedResult, 'violations'>, { profile }: ChaosConfig): boolean {
  return violations.every(({ kind }) => profile === 'multi' && OF_SEVERAL_FAILURES.has(kind))
}

/** What came of a seed, for people. */
export function reportOf(result: SeedResult, config: ChaosConfig): string {
  const { seed, history, violations, file } = result
  const kinds = [...new Set(violations.map(({ kind }) => kind))]
  const lines = kinds.flatMap((kind) => {
    const isAllowed = config.profile === 'multi' && OF_SEVERAL_FAILURES.has(kind)
    return shownOf(
      `${isAllowed ? '·' : '✗'} ${kind}`,
      violations.filter((violation) => violation.kind === kind),
    )
  })
  const verdict = isGreen(result, config) ? '✓ the promises held' : `Play it again: make chaos ${replay(seed, config)}`
  return [`seed ${seed}: ${countsOf(history)}`, ...lines, `  ${verdict}`, `  ${file}`].join('\n')
}

function shownOf(title: string, all: readonly Violation[]): string[] {
  const left = all.length - LIMITS.shownMax
  const shown = all.slice(0, LIMITS.shownMax).map(({ says }) => `      ${says}`)
  return [`  ${title}: ${all.length}`, ...shown, ...(left > 0 ? [`      and ${left} more`] : [])]
}

function replay(seed: string, { profile, without }: ChaosConfig): string {
  const others = [profile === 'single' ? '' : ` PROFILE=${profile}`, without === undefined ? '' : ` BREAK=${without}`]
  return `SEED=${seed}${others.join('')}`
}

function countsOf(history: History): string {
  const { requests, injections, operations, faults } = history
  const refused = counted(requests.filter(({ status }) => status !== 200).map(({ code }) => code || 'cut'))
  const outcomes = counted(operations.map(({ outcome }) => outcome))
  return [
    `${requests.length} requests, ${injections.length} injected (${refused})`,
    `${triedInVain(history)} on what had been taken away`,
    `${operations.length} operations (${outcomes})`,
    `${faults.length} faults`,
  ].join('; ')
}

function counted(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([word, count]) => `${word} ${count}`)
    .join(', ')
}
