import { connect, type Socket } from 'node:net'
import { until } from '@protectmyapi/dev-kit/until'
import { peakMibWhile, residentMib } from '../measure/memory.js'
import { median, quantile, rangeOf } from '../measure/statistics.js'
import { openDelays } from '../rig/open-delays.js'
import { buySession } from '../rig/provision.js'
import type { Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import type { Figure, Line, Row } from '../row.js'

const LIMITS = {
  /** Another client, far from keeping a proxy busy. It is done before the proxy closes the first silent connection. */
  calm: { perSecond: 40, requests: 200, connections: 16 },
  /** Time for a flood to build up, and to be gone. */
  settleMs: 30_000,
  /** Pause between two bytes of a slow head. */
  dripEveryMs: 1_000,
  sampleEveryMs: 20,
} as const

/**
 * An address of the flood's own, so that to the proxy it is another client and the connections given up under pressure
 * are the flood's. Linux has 127.0.0.2 without setup.
 */
const FLOODS_FROM = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1'

/** The connections of an attacker: what each begins with, and whether a byte follows now and then. */
interface Flood {
  readonly what: string
  readonly connections: number
  readonly begins: string
  readonly drips: boolean
}

const FLOODS: readonly Flood[] = [
  { what: '4,000 silent connections', connections: 4_000, begins: '', drips: false },
  {
    what: '2,000 slow heads of 30 KiB',
    connections: 2_000,
    begins: `GET /v1/p/none/x HTTP/1.1\r\nHost: x\r\nX-Slow: ${'a'.repeat(30 * 1024)}`,
    drips: true,
  },
]

function figuresOf({ what }: Flood): Readonly<Record<'grown' | 'delay', Figure>> {
  return {
    grown: { what: `${what}: RSS above what it was before`, unit: 'MiB', goal: { atMost: 128 } },
    delay: { what: `${what}: somebody else’s p99`, unit: 'ms', goal: 'reported' },
  }
}

/**
 * How much a proxy's memory grows while thousands of connections are held open against it, and how long another client
 * waits.
 */
export const floods: Row = {
  name: 'floods',
  optional: true,
  figures: FLOODS.flatMap((flood) => Object.values(figuresOf(flood))),
  async measure(rig) {
    const proxy = await rig.bestProxy()
    const service = await rig.service('fixed')
    const calm = async (): Promise<number> => {
      // A new session each time, because a session expires before the last round.
      const shot = jsonPost(proxy.port, service, await buySession(proxy.port, rig.app))
      return quantile(await openDelays(rig, shot, LIMITS.calm), 0.99)
    }
    await calm()
    const lines: Line[] = []
    for (const flood of FLOODS) lines.push(...(await measureBeside(rig, flood, proxy, calm)))
    return lines
  },
}

async function measureBeside(
  { rounds }: Rig,
  flood: Flood,
  { pid, port }: { readonly pid: number; readonly port: number },
  calm: () => Promise<number>,
): Promise<readonly Line[]> {
  const [quiet, flooded, grown]: [number[], number[], number[]] = [[], [], []]
  for (let round = 1; round <= rounds; round += 1) {
    quiet.push(await calm())
    const before = await residentMib(pid)
    const end = await hold(flood, port)
    try {
      const measuring = calm()
      grown.push((await peakMibWhile(pid, measuring, LIMITS.sampleEveryMs)) - before)
      flooded.push(await measuring)
    } finally {
      await end()
    }
  }
  const [low, high] = rangeOf(flooded)
  const figures = figuresOf(flood)
  return [
    {
      ...figures.grown,
      value: Math.max(...grown),
      note: `the most of ${rounds}; ${Math.min(...grown).toFixed(0)} the least`,
    },
    {
      ...figures.delay,
      value: median(flooded),
      note: `${low.toFixed(1)}–${high.toFixed(1)}; ${median(quiet).toFixed(1)} without`,
    },
  ]
}

/**
 * Opens all connections, and opens another for each that the proxy closes. Settles when all are open. The function that
 * it answers ends them.
 */
async function hold({ connections, begins, drips }: Flood, port: number): Promise<() => Promise<void>> {
  const open = new Set<Socket>()
  const standing = new Set<Socket>()
  let isOver = false
  function begin(): void {
    const socket = connect({ port, host: '127.0.0.1', localAddress: FLOODS_FROM })
    open.add(socket)
    socket.once('connect', () => {
      standing.add(socket)
      socket.write(begins)
    })
    // Reads and drops what the proxy answers before it closes.
    socket.on('error', () => undefined).resume()
    socket.once('close', () => {
      open.delete(socket)
      standing.delete(socket)
      if (!isOver) begin()
    })
  }
  for (let at = 0; at < connections; at += 1) begin()
  const drip = (): void => {
    for (const socket of open) if (socket.writable) socket.write('a')
  }
  const dripping = drips ? setInterval(drip, LIMITS.dripEveryMs) : undefined
  const end = async (): Promise<void> => {
    isOver = true
    clearInterval(dripping)
    for (const socket of open) socket.destroy()
    await until(() => (open.size === 0 ? true : undefined), LIMITS.settleMs)
  }
  try {
    await until(() => (standing.size >= connections ? true : undefined), LIMITS.settleMs)
  } catch (thrown) {
    // Otherwise the connections would be opened again and again during the rows that follow.
    await end()
    throw thrown
  }
  return end
}
