import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import type { LoadResult, Shot, WrkJob } from './jobs.js'

const LIMITS = {
  /** Time beyond the job's own, for the last answers. */
  graceMs: 10_000,
  /**
   * wrk's own time-out of two seconds would count slow answers of a busy machine as failures; what is judged is CPU
   * time.
   */
  answerSeconds: 8,
} as const

/** What the script prints: requests, microseconds, answers from 400 on, and connections that failed. */
const SUMMARY = /^summary (\d+) (\d+) (\d+) (\d+)$/m

/** @throws Error with wrk's output, where wrk does not end as it should. */
export async function runWrk({ wrk, shot, connections, msMax }: WrkJob): Promise<LoadResult> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pma-wrk-'))
  try {
    const script = path.join(folder, 'shot.lua')
    await writeFile(script, scriptOf(shot), { mode: 0o600 })
    const seconds = Math.ceil(msMax / 1_000)
    const url = `http://127.0.0.1:${shot.port}`
    const args = [
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '--timeout',
      `${LIMITS.answerSeconds}s`,
      '-s',
      script,
      url,
    ]
    return resultOf(await runCommand(wrk, args, { timeoutMs: seconds * 1_000 + LIMITS.graceMs }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Every request is the same string, built once. */
export function scriptOf({ head, bodyBytes }: Shot): string {
  const bytes = Buffer.from(head + 'a'.repeat(bodyBytes), 'latin1')
  const escaped = [...bytes].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')
  return `
local bytes = "${escaped}"
request = function() return bytes end
done = function(summary)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  print(string.format("summary %d %d %d %d", summary.requests, summary.duration, errors.status, broken))
end
`
}

export function resultOf(said: string): LoadResult {
  const [answers, us, refused, broken] = (SUMMARY.exec(said) ?? []).slice(1).map(Number)
  if (answers === undefined || us === undefined || refused === undefined || broken === undefined)
    throw new Error(`wrk said: ${said}`)
  const others = { ...(refused > 0 ? { 400: refused } : {}), ...(broken > 0 ? { 0: broken } : {}) }
  return { answers, others, ms: us / 1_000, delaysMs: [] }
}
