import { checked, type EventsJob, type LoadResult, type Shot } from '../load/jobs.js'
import { addedDelay, roundsInTurn } from '../measure/delays.js'
import { peakMibWhile } from '../measure/memory.js'
import { buySession } from '../rig/provision.js'
import type { Rig } from '../rig/rig.js'
import { get } from '../rig/shots.js'
import { defineRow, type Taken } from '../row.js'

const LIMITS = {
  few: { streams: 20, opening: 20, openMsMax: 10_000, heldMs: 1_000 },
  /** Of each side in a round: three seconds. */
  windows: 3,
  many: { streams: 1_000, opening: 50, openMsMax: 30_000, heldMs: 5_000 },
  graceMs: 20_000,
} as const

/** Whether the events of a stream pass one by one, and how much memory a thousand open streams take. */
export const events = defineRow({
  name: 'events',
  figures: {
    delay: { what: 'SSE: delay added to an event, p50', unit: 'ms', goal: { atMost: 0.5 } },
    resident: { what: 'SSE: RSS with 1,000 open streams', unit: 'MiB', goal: { atMost: 256 } },
  },
  async measure(rig) {
    const service = await rig.service('streams')
    const [proxy, bare] = [await rig.bestProxy(), await rig.passThrough('streams')]
    const session = await buySession(proxy.port, rig.app)
    const shotTo = (port: number): Shot => get(port, service, '/v1/events', session)
    const [ours, plain] = [shotTo(proxy.port), shotTo(bare.port)]
    const sides = { ours: () => few(rig, ours), bare: () => few(rig, plain) }
    const { ms, range } = addedDelay(await roundsInTurn(rig.rounds, LIMITS.windows, sides), 0.5)
    return {
      delay: { value: ms, note: range.map((one) => one.toFixed(3)).join('–') },
      resident: await residentWithMany(rig, proxy.pid, ours),
    }
  },
})

/** The delays of the events of some streams. @throws Error where a stream ends. */
async function few(rig: Rig, shot: Shot): Promise<readonly number[]> {
  return checked(await run(rig, shot, LIMITS.few)).delaysMs
}

/** Counts only if all streams were open at once, and stayed open. */
async function residentWithMany(rig: Rig, pid: number, shot: Shot): Promise<Taken> {
  const many = run(rig, shot, LIMITS.many)
  const peakMib = await peakMibWhile(pid, many)
  const { answers, others } = await many
  return answers === LIMITS.many.streams
    ? { value: peakMib, note: `${answers} were open at once, for ${LIMITS.many.heldMs / 1_000} s` }
    : { value: null, note: `not run: ${answers} streams were open at the end; beside them ${JSON.stringify(others)}` }
}

function run(rig: Rig, shot: Shot, amount: Omit<EventsJob, 'kind' | 'shot'>): Promise<LoadResult> {
  return rig.load({ kind: 'events', shot, ...amount }, amount.openMsMax + amount.heldMs + LIMITS.graceMs)
}
