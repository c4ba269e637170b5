import { spawn } from 'node:child_process'
import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { createProgress } from '../console/progress.js'
import { addCounts, type Counts, closingLine, countResults } from './count-results.js'
import { startTestServers } from './test-servers.js'

/**
 * `make test`: runs all tests in two passes. First units, contracts and services; then tests of the whole system, two
 * at a time, because each of them waits for clocks and processes half of its time.
 */
const project = path.resolve(import.meta.dirname, '..', '..', '..')
const cacheDir = path.join(project, '.cache')
const progress = createProgress((line) => console.log(line))
const SYSTEM = 'deploy/test/system/'
/** Left out, because it needs helm: `make chart-test` runs it. */
const CHART = 'deploy/test/chart/'
const PASSES: readonly (readonly [string, readonly string[]])[] = [
  ['units', ['--testPathIgnorePatterns', '/node_modules/', '/dist/', SYSTEM, CHART, '--maxWorkers=2']],
  ['system', ['--maxWorkers=2', SYSTEM]],
]

async function main(): Promise<number> {
  await mkdir(cacheDir, { recursive: true })
  const servers = await progress.step('Postgres, LocalStack and Redis for the tests', (say) =>
    startTestServers({ cacheDir, env: process.env, say }),
  )
  const counts: Counts[] = []
  try {
    for (const [name, args] of PASSES) counts.push(await jest(name, args, servers.variables))
  } finally {
    await servers.stop()
  }
  const total = addCounts(counts)
  for (const line of servers.missing) console.log(line)
  console.log(closingLine(total))
  return total.failed === 0 && total.passed > 0 ? 0 : 1
}

async function jest(
  name: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Counts> {
  const outputFile = path.join(cacheDir, `jest-${name}.json`)
  await rm(outputFile, { force: true })
  const program = path.join(project, 'node_modules', 'jest', 'bin', 'jest.js')
  const child = spawn(process.execPath, [program, '--json', `--outputFile=${outputFile}`, ...args], {
    cwd: project,
    // The result goes to the file. Messages of tests about what they leave out go to standard output.
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...variables },
  })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve())
  })
  const text = await readFile(outputFile, 'utf8').catch(() => {
    throw new Error(`jest (${name}) ended without a result`)
  })
  return countResults(text)
}

main().then(
  (status) => process.exit(status),
  (cause: unknown) => {
    console.error(cause instanceof Error ? cause.message : String(cause))
    process.exit(1)
  },
)
