import { type Amount, compareCpu, noteOf, type Target } from '../measure/compare.js'
import { median } from '../measure/statistics.js'
import { buySession } from '../rig/provision.js'
import type { Subject } from '../rig/proxies.js'
import { get, upload } from '../rig/shots.js'
import type { Row } from '../row.js'

const LIMITS = {
  bytes: 10 * 1024 * 1024,
  amount: { connections: 4, requests: 100, ms: 2_000 } satisfies Amount,
} as const

/** 10 MiB, both ways. */
export const largeBodies: Row = {
  name: 'large-bodies',
  async measure(rig) {
    const service = await rig.service('streams')
    const [proxy, bare] = [await rig.bestProxy(), await rig.passThrough('streams')]
    const session = await buySession(proxy.port, rig.app)
    const ways = {
      upload: ({ pid, port }: Subject): Target => ({ pid, shot: upload(port, service, session, LIMITS.bytes) }),
      download: ({ pid, port }: Subject): Target => ({ pid, shot: get(port, service, '/v1/large', session) }),
    }
    const lines = []
    for (const [way, to] of Object.entries(ways)) {
      const compared = await compareCpu(rig, to(proxy), to(bare), LIMITS.amount)
      lines.push({
        what: `10 MiB ${way}: pass-through's CPU time / ours`,
        value: median(compared.ratios),
        unit: 'ratio',
        goal: { atLeast: 0.8 },
        note: noteOf(compared),
      })
    }
    return lines
  },
}
