import { REMOVED_RULES, type RuleName } from './breaks/removed-rules.js'
import type { ChaosConfig } from './chaos-config.js'
import type { ProcessSizes } from './check/evidence.js'
import { triedInVain } from './check/find-stale.js'
import type { Violation, ViolationKind } from './check/violation.js'
import type { History } from './history/history.js'
import type { SeedResult } from './run-seed.js'

const LIMITS = {
  /** Violations of each kind. */
  shownMax: 5,
} as const

/**
 * With several failures at once, two things may be lost: records whose two places were both lost, and ends of requests
 * that only the memory of a proxy held. These are reported, but are not violations.
 */
const OF_SEVERAL_FAILURES: ReadonlySet<ViolationKind> = new Set<ViolationKind>([
  'lost to two failures',
  'no end',
  'recorded twice',
])

/** What was run. */
interface PlayedSeed extends Pick<ChaosConfig, 'profile'> {
  readonly without?: RuleName
}

/** Whether the promises of this profile held. */
export function isGreen({ violations }: Pick<SeedResult, 'violations'>, { profile }: PlayedSeed): boolean {
  return violations.every(({ kind }) => profile === 'multi' && OF_SEVERAL_FAILURES.has(kind))
}

/** Whether removing the rule had the effect that the rule prevents. Other violations do not count. */
export function isRedFor(rule: RuleName, { violations }: Pick<SeedResult, 'violations'>): boolean {
  return violations.some(({ kind }) => kind === REMOVED_RULES[rule].red)
}

/** The outcome of a seed, as text for people. */
export function reportOf(result: SeedResult, config: PlayedSeed): string {
  const { seed, history, violations, processes, lateMs, file } = result
  const kinds = [...new Set(violations.map(({ kind }) => kind))]
  const lines = kinds.flatMap((kind) => {
    const isAllowed = config.profile === 'multi' && OF_SEVERAL_FAILURES.has(kind)
    return shownOf(
      `${isAllowed ? '·' : '✗'} ${kind}`,
      violations.filter((violation) => violation.kind === kind),
    )
  })
  const verdict = isGreen(result, config) ? '✓ the promises held' : `Play it again: make chaos ${replay(seed, config)}`
  const counts = `seed ${seed}: ${countsOf(history)}`
  const late = `the rig's own loop was late by ${lateMs.toFixed(0)} ms at most`
  return [counts, ...lines, `  ${growthOf(processes)}`, `  ${late}`, `  ${verdict}`, `  ${file}`].join('\n')
}

/** The totals over all seeds. */
export function totalsOf(
  results: readonly Pick<SeedResult, 'seed' | 'history' | 'violations'>[],
  config: PlayedSeed,
): string {
  const sum = (of: (history: History) => readonly unknown[]): number =>
    results.reduce((total, { history }) => total + of(history).length, 0)
  const red = results.filter((result) => !isGreen(result, config)).map(({ seed }) => seed)
  return [
    `${results.length} seeds: ${sum(({ requests }) => requests)} requests`,
    `${sum(({ injections }) => injections)} injected`,
    `${sum(({ operations }) => operations)} operations`,
    `${sum(({ faults }) => faults)} faults`,
    `${red.length} red${red.length === 0 ? '' : `: ${red.join(' ')}`}`,
  ].join(', ')
}

function shownOf(title: string, all: readonly Violation[]): string[] {
  const left = all.length - LIMITS.shownMax
  const shown = all.slice(0, LIMITS.shownMax).map(({ says }) => `      ${says}`)
  return [`  ${title}: ${all.length}`, ...shown, ...(left > 0 ? [`      and ${left} more`] : [])]
}

function replay(seed: string, { profile, without }: PlayedSeed): string {
  const others = [profile === 'single' ? '' : ` PROFILE=${profile}`, without === undefined ? '' : ` BREAK=${without}`]
  return `SEED=${seed}${others.join('')}`
}

function growthOf(processes: readonly ProcessSizes[]): string {
  const grown = processes.map(({ name, before, after }) => {
    if (before === null || after === null) return `${name} not seen`
    const [megabytes, descriptors] = [after.residentMb - before.residentMb, after.descriptors - before.descriptors]
    return `${name} ${signed(megabytes)} MB ${signed(descriptors)} descriptors`
  })
  return `from rest to rest: ${grown.join(', ')}`
}

function signed(count: number): string {
  return count < 0 ? String(count) : `+${count}`
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
