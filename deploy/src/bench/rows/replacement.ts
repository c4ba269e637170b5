import { z } from 'zod'
import { quantile, rangeOf } from '../measure/statistics.js'
import { buySession, makeService } from '../rig/provision.js'
import { KEY } from '../rig/rig.js'
import { sendOnce } from '../rig/send-once.js'
import type { Row } from '../row.js'

const LIMITS = { replacements: 40 } as const

const Replaced = z.object({ secret: z.object({ replacedAt: z.string() }) })

/** From the change's commit (the time that is written in it) to the answer, while two proxies hold the secret. */
export const replacement: Row = {
  name: 'replacement',
  async measure(rig) {
    const { owner, system, app } = rig
    const { ports, proxies } = system.config
    const origin = await rig.origin('fixed')
    const secretId = await makeService(owner, app, { slug: 'replaced', origin, value: KEY })
    const bindings = { origins: [origin], placements: [{ kind: 'header', name: 'authorization' }] }
    // One for all: a session stands while a secret is replaced, and debug tokens buy only so many a minute.
    const session = await buySession(ports.proxy, app)
    const delaysMs: number[] = []
    for (let at = 0; at < LIMITS.replacements; at += 1) {
      for (let proxy = 0; proxy < proxies; proxy += 1) {
        await sendOnce(ports.proxy + proxy, 'replaced', session)
      }
      const path = `/orgs/${owner.organizationId}/secrets/${secretId}/value`
      const answer = await owner.api.put(path, { value: `${KEY}${at}`, bindings })
      delaysMs.push(Date.now() - Date.parse(Replaced.parse(answer).secret.replacedAt))
    }
    const [low, high] = rangeOf(delaysMs)
    return ([0.5, 0.99] as const).map((part) => ({
      what: `replacement: commit → answer, two proxies, p${part * 100}`,
      value: quantile(delaysMs, part),
      unit: 'ms',
      goal: { atMost: part === 0.5 ? 20 : 100 },
      note: `${low}–${high} of ${delaysMs.length}`,
    }))
  },
}
