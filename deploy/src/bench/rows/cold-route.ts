import { median, rangeOf } from '../measure/statistics.js'
import { buySession, makeService } from '../rig/provision.js'
import { KEY } from '../rig/rig.js'
import { sendOnce } from '../rig/send-once.js'
import { defineRow } from '../row.js'

const LIMITS = { routesARound: 20 } as const

/** The first request of an app to a service: the proxy asks for the route, leases the secret and opens a socket. */
export const coldRoute = defineRow({
  name: 'cold-route',
  figures: { first: { what: 'cold route, first request, p50', unit: 'ms', goal: 'reported' } },
  async measure(rig) {
    const { port } = await rig.bestProxy()
    const origin = await rig.origin('fixed')
    const session = await buySession(port, rig.app)
    const rounds: { first: number; second: number }[] = []
    for (let round = 0; round < rig.rounds; round += 1) {
      const took: { first: number; second: number }[] = []
      for (let at = 0; at < LIMITS.routesARound; at += 1) {
        const slug = `cold-${round}-${at}`
        await makeService(rig.owner, rig.app, { slug, origin, value: KEY })
        took.push({ first: await sendOnce(port, slug, session), second: await sendOnce(port, slug, session) })
      }
      const middle = (which: 'first' | 'second'): number => median(took.map((one) => one[which]))
      rounds.push({ first: middle('first'), second: middle('second') })
    }
    const firsts = rounds.map(({ first }) => first)
    const [low, high] = rangeOf(firsts)
    const second = median(rounds.map((round) => round.second)).toFixed(1)
    return {
      first: {
        value: median(firsts),
        note: `${low.toFixed(1)}–${high.toFixed(1)}, ${LIMITS.routesARound} a round; the second request of each: ${second} ms`,
      },
    }
  },
})
