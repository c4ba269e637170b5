import os from 'node:os'
import path from 'node:path'
import { List, parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'
import { runRig } from '../console/run-rig.js'
import { startTestServers } from '../test-run/test-servers.js'
import { mutatePart, type Score } from './mutate-part.js'
import { chosenParts } from './parts.js'

const projectDir = path.resolve(import.meta.dirname, '..', '..', '..')
const { ONLY } = parseEnvironment(z.object({ ONLY: List.default([]) }), process.env)

/**
 * `make mutate`: changes the sources of some parts, one place at a time, and counts the changes that no test notices.
 */
await runRig(async ({ progress, onEnder }) => {
  const parts = chosenParts(ONLY)
  // It occupies two cores for a while, so everything else on the machine gets priority.
  os.setPriority(10)
  process.chdir(projectDir)
  const servers = await progress.step('Postgres and the rest, for the tests', (say) =>
    startTestServers({ cacheDir: path.join(projectDir, '.cache'), env: process.env, say }),
  )
  onEnder(() => servers.stop())
  try {
    // Stryker starts the test processes, which learn of the servers by these variables. External test vectors are left
    // out, because they are not available everywhere and a score must be the same wherever it is taken.
    Object.assign(process.env, servers.variables, { GENERATED_CASES_SHARE: '0.02', VECTORS_DIR: '', CI: '' })
    const scores: Score[] = []
    for (const part of parts) scores.push(await progress.step(part.folder, () => mutatePart(part, projectDir)))
    for (const { part, killed, timedOut, survived, percent } of scores)
      progress.say(
        `${part.padEnd(12)}${percent.toFixed(1).padStart(6)} %  ${killed} failed a test, ${timedOut} did not end, ${survived} survived`,
      )
    return scores.every(({ isEnough }) => isEnough)
  } finally {
    await servers.stop()
  }
})
