import type { Shot } from '../load/jobs.js'
import { type Amount, compareCpu, noteOf, type Target } from '../measure/compare.js'
import { median } from '../measure/statistics.js'
import { buySession } from '../rig/provision.js'
import type { Subject } from '../rig/proxies.js'
import { get, upload } from '../rig/shots.js'
import { defineRow, type Taken } from '../row.js'

const LIMITS = {
  bytes: 10 * 1024 * 1024,
  amount: { connections: 4, requests: 50, ms: 1_000 } satisfies Amount,
} as const

/** 10 MiB, both ways. */
export const largeBodies = defineRow({
  name: 'large-bodies',
  figures: {
    upload: { what: "10 MiB upload: pass-through's CPU time / ours", unit: 'ratio', goal: { atLeast: 0.8 } },
    download: { what: "10 MiB download: pass-through's CPU time / ours", unit: 'ratio', goal: { atLeast: 0.8 } },
  },
  async measure(rig) {
    const service = await rig.service('streams')
    const [proxy, bare] = [await rig.bestProxy(), await rig.passThrough('streams')]
    const session = await buySession(proxy.port, rig.app)
    const compared = async (shotTo: (port: number) => Shot): Promise<Taken> => {
      const target = ({ pid, port }: Subject): Target => ({ pid, shot: shotTo(port) })
      const comparison = await compareCpu(rig, target(proxy), target(bare), LIMITS.amount)
      return { value: median(comparison.ratios), note: noteOf(comparison) }
    }
    return {
      upload: await compared((port) => upload(port, service, session, LIMITS.bytes)),
      download: await compared((port) => get(port, service, '/v1/large', session)),
    }
  },
})
