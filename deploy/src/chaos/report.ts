import type { ChaosConfig } from './chaos-config.js'
import type { History } from './history/history.js'
import type { SeedResult } from './run-seed.js'

const LIMITS = {
  /** Of each kind; the file has all. */
  shownMax: 5,
} as const

/** What came of a seed, for people. */
export function reportOf({ seed, history, violations, file }: SeedResult, config: ChaosConfig): string {
  const kinds = [...new Set(violations.map(({ kind }) => kind))]
  const lines = kinds.flatMap((kind) => {
    const all = violations.filter((violation) => violation.kind === kind)
    const left = all.length - LIMITS.shownMax
    return [
      `  ✗ ${kind}: ${all.length}`,
      ...all.slice(0, LIMITS.shownMax).map(({ says }) => `      ${says}`),
      ...(left > 0 ? [`      and ${left} more`] : []),
    ]
  })
  const verdict = violations.length === 0 ? '  ✓ 0 violations' : `  Play it again: make chaos ${replay(seed, config)}`
  return [`seed ${seed}: ${countsOf(history)}`, ...lines, verdict, `  ${file}`].join('\n')
}

function replay(seed: string, { profile, without }: ChaosConfig): string {
  const others = [profile === 'single' ? '' : ` PROFILE=${profile}`, without === undefined ? '' : ` BREAK=${without}`]
  return `SEED=${seed}${others.join('')}`
}

function countsOf({ requests, injections, operations, faults }: History): string {
  const refused = counted(requests.filter(({ status }) => status !== 200).map(({ code }) => code || 'cut'))
  const outcomes = counted(operations.map(({ outcome }) => outcome))
  return [
    `${requests.length} requests, ${injections.length} injected (${refused})`,
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
