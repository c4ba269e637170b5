import { z } from 'zod'
import { quantile, rangeOf } from '../measure/statistics.js'
import { buySession, makeService } from '../rig/provision.js'
import { KEY, type Rig } from '../rig/rig.js'
import { sendOnce } from '../rig/send-once.js'
import { defineRow, type Taken } from '../row.js'

const LIMITS = { replacementsARound: 40 } as const

const WHAT = 'replacement: commit → answer, two proxies'

const Replaced = z.object({ secret: z.object({ replacedAt: z.string() }) })

/** The time from the change's commit (as recorded in the change) to the answer, while two proxies hold the secret. */
export const replacement = defineRow({
  name: 'replacement',
  figures: {
    p50: { what: `${WHAT}, p50`, unit: 'ms', goal: { atMost: 20 } },
    p99: { what: `${WHAT}, p99`, unit: 'ms', goal: { atMost: 100 } },
  },
  async measure(rig) {
    const replace = await replacer(rig)
    const rounds: (readonly number[])[] = []
    for (let round = 0; round < rig.rounds; round += 1) {
      const delaysMs: number[] = []
      for (let at = 0; at < LIMITS.replacementsARound; at += 1) delaysMs.push(await replace(`${KEY}${round}-${at}`))
      rounds.push(delaysMs)
    }
    return { p50: takenOf(rounds, 0.5), p99: takenOf(rounds, 0.99) }
  },
})

/** The quantile over all replacements; the note has the quantiles of the rounds, and the longest of all. */
function takenOf(rounds: readonly (readonly number[])[], part: number): Taken {
  const all = rounds.flat()
  const [low, high] = rangeOf(rounds.map((delaysMs) => quantile(delaysMs, part)))
  const [, longest] = rangeOf(all)
  return { value: quantile(all, part), note: `${low}–${high} by round; ${all.length} in all, the longest ${longest}` }
}

/** Answers a function that replaces a secret which both proxies hold, and answers the delay. */
async function replacer(rig: Rig): Promise<(value: string) => Promise<number>> {
  const { owner, system, app } = rig
  const { ports, proxies } = system.config
  const origin = await rig.origin('fixed')
  const secretId = await makeService(owner, app, { slug: 'replaced', origin, value: KEY })
  const bindings = { origins: [origin], placements: [{ kind: 'header', name: 'authorization' }] }
  const path = `/orgs/${owner.organizationId}/secrets/${secretId}/value`
  // One session for all: it stays valid while a secret is replaced, and the number of sessions that a debug token buys
  // in a minute is limited.
  const session = await buySession(ports.proxy, app)
  return async (value) => {
    for (let proxy = 0; proxy < proxies; proxy += 1) await sendOnce(ports.proxy + proxy, 'replaced', session)
    const answer = await owner.api.put(path, { value, bindings })
    return Date.now() - Date.parse(Replaced.parse(answer).secret.replacedAt)
  }
}
