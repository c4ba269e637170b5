import { median, rangeOf } from '../measure/statistics.js'
import { buySession, makeService } from '../rig/provision.js'
import { KEY } from '../rig/rig.js'
import { sendOnce } from '../rig/send-once.js'
import type { Row } from '../row.js'

const LIMITS = { routes: 20 } as const

/** The first request of an app to a service: the route is asked for, the secret leased, a socket opened. */
export const coldRoute: Row = {
  name: 'cold-route',
  async measure(rig) {
    const { port } = await rig.bestProxy()
    const origin = await rig.origin('fixed')
    const session = await buySession(port, rig.app)
    const took: { first: number; second: number }[] = []
    for (let at = 0; at < LIMITS.routes; at += 1) {
      const slug = `cold-${at}`
      await makeService(rig.owner, rig.app, { slug, origin, value: KEY })
      took.push({ first: await sendOnce(port, slug, session), second: await sendOnce(port, slug, session) })
    }
    const firsts = took.map(({ first }) => first)
    const [low, high] = rangeOf(firsts)
    const second = median(took.map((one) => one.second)).toFixed(1)
    return [
      {
        what: 'cold route, first request, p50',
        value: median(firsts),
        unit: 'ms',
        goal: 'reported',
        note: `${low.toFixed(1)}–${high.toFixed(1)} of ${took.length}; the second request of each: ${second} ms`,
      },
    ]
  },
}
