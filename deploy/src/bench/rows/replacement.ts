import { z } from 'zod'
import { query } from '../../system/query.js'
import { quantile, rangeOf } from '../measure/statistics.js'
import { buySession, makeService } from '../rig/provision.js'
import { KEY, type Rig } from '../rig/rig.js'
import { sendOnce } from '../rig/send-once.js'
import { defineRow, type Taken } from '../row.js'

const LIMITS = { replacementsARound: 40 } as const

const WHAT = 'replacement: commit → answer, two proxies'

/** One replacement, in milliseconds. */
interface Replacement {
  /** From the commit of the change to the answer. */
  readonly sinceCommitMs: number
  /** What the person waits for: from the request to the answer. */
  readonly wholeMs: number
}

/**
 * The time from the change's commit to the answer, while two proxies hold the secret. Postgres notes the time of a commit
 * before it flushes the WAL, so the flush counts. A Postgres of `DATABASE_URL` must have this machine's clock.
 */
export const replacement = defineRow({
  name: 'replacement',
  figures: {
    p50: { what: `${WHAT}, p50`, unit: 'ms', goal: { atMost: 20 } },
    p99: { what: `${WHAT}, p99`, unit: 'ms', goal: { atMost: 100 } },
    whole: { what: 'replacement: request → answer, two proxies, p50', unit: 'ms', goal: 'reported' },
  },
  async measure(rig) {
    const replace = await replacer(rig)
    const rounds: (readonly Replacement[])[] = []
    for (let round = 0; round < rig.rounds; round += 1) {
      const replacements: Replacement[] = []
      for (let at = 0; at < LIMITS.replacementsARound; at += 1) replacements.push(await replace(`${KEY}${round}-${at}`))
      rounds.push(replacements)
    }
    const each = (which: keyof Replacement) => rounds.map((round) => round.map((replacement) => replacement[which]))
    const sinceCommit = each('sinceCommitMs')
    return { p50: takenOf(sinceCommit, 0.5), p99: takenOf(sinceCommit, 0.99), whole: takenOf(each('wholeMs'), 0.5) }
  },
})

/** The quantile over all replacements; the note has the quantiles of the rounds, and the longest of all. */
function takenOf(rounds: readonly (readonly number[])[], part: number): Taken {
  const all = rounds.flat()
  const [low, high] = rangeOf(rounds.map((delaysMs) => quantile(delaysMs, part)))
  const [, longest] = rangeOf(all)
  return { value: quantile(all, part), note: `${low}–${high} by round; ${all.length} in all, the longest ${longest}` }
}

/** Answers a function that replaces a secret which both proxies hold. */
async function replacer(rig: Rig): Promise<(value: string) => Promise<Replacement>> {
  const { owner, system, app } = rig
  const { ports, proxies } = system.config
  const { adminUrl } = system.databases.management
  await needCommitTimes(adminUrl)
  const origin = await rig.origin('fixed')
  const secretId = await makeService(owner, app, { slug: 'replaced', origin, value: KEY })
  const bindings = { origins: [origin], placements: [{ kind: 'header', name: 'authorization' }] }
  const path = `/orgs/${owner.organizationId}/secrets/${secretId}/value`
  // One session for all: it stays valid while a secret is replaced, and the number of sessions that a debug token buys
  // in a minute is limited.
  const session = await buySession(ports.proxy, app)
  return async (value) => {
    for (let proxy = 0; proxy < proxies; proxy += 1) await sendOnce(ports.proxy + proxy, 'replaced', session)
    const askedMs = Date.now()
    await owner.api.put(path, { value, bindings })
    const answeredMs = Date.now()
    return {
      sinceCommitMs: answeredMs - (await committedMs(adminUrl, secretId)),
      wholeMs: answeredMs - askedMs,
    }
  }
}

const Tracked = z.object({ tracked: z.literal('on') })

/** @throws Error where Postgres does not keep the times of commits. */
async function needCommitTimes(url: string): Promise<void> {
  const { rows } = await query(url, `SELECT current_setting('track_commit_timestamp') AS tracked`)
  if (!Tracked.safeParse(rows[0]).success)
    throw new Error('the times of commits are unknown: set track_commit_timestamp on this Postgres')
}

const Commit = z.object({ ms: z.number() })

/** When the last change of a secret was committed, in whole milliseconds like `Date.now()`. */
async function committedMs(url: string, secretId: string): Promise<number> {
  const { rows } = await query(
    url,
    'SELECT floor(extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000)::float8 AS ms FROM secrets WHERE id = $1',
    [secretId],
  )
  return Commit.parse(rows[0]).ms
}
