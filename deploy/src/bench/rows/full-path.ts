import { compareCpu, noteOf } from '../measure/compare.js'
import { median } from '../measure/statistics.js'
import { buySession } from '../rig/provision.js'
import type { Admission } from '../rig/proxies.js'
import { needRedis, type Upstream } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import { defineRow, type Goal, type Row } from '../row.js'

interface FullPath {
  readonly name: string
  readonly what: string
  readonly admission: Admission
  readonly upstream: Upstream
  readonly goal: Goal
  /** Compare with the fastest pass-through that is known, instead of the one that follows undici's documentation. */
  readonly fastest?: true
}

/** Session, limits, record, lease from memory, injection, scrubbing; a 500-byte POST over 32 connections. */
export function fullPathRow({ name, what, admission, upstream, goal, fastest }: FullPath): Row {
  return defineRow({
    name,
    figures: { ratio: { what: `${what}: pass-through's CPU time a request / ours`, unit: 'ratio', goal } },
    async measure(rig) {
      if (admission === 'redis') needRedis(rig)
      const service = await rig.service(upstream)
      const proxy = await rig.proxy(admission)
      const bare = await rig.passThrough(fastest ? 'fixed, fastest' : upstream)
      const session = await buySession(proxy.port, rig.app)
      const compared = await compareCpu(
        rig,
        { pid: proxy.pid, shot: jsonPost(proxy.port, service, session) },
        { pid: bare.pid, shot: jsonPost(bare.port, service, session) },
      )
      return { ratio: { value: median(compared.ratios), note: noteOf(compared) } }
    },
  })
}
