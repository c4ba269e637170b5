import { randomInt } from 'node:crypto'
import { isPortFree } from '@protectmyapi/dev-kit/free-port'

/** Of each kind of service. */
export const REPLICAS = 2

/** Where each process listens. */
export interface ChaosPorts {
  readonly vault: readonly number[]
  readonly management: readonly number[]
  readonly directory: readonly number[]
  readonly proxy: readonly number[]
  readonly postgres: number
  /** Of the master at first, and of its replica. */
  readonly redis: readonly [number, number]
}

/**
 * Below what systems hand out by themselves: a process that is started again finds its port as it left it, and not under
 * a connection that somebody has dialled meanwhile.
 */
const RANGE = { from: 20_000, to: 32_000 } as const

export async function chaosPorts(): Promise<ChaosPorts> {
  const taken = new Set<number>()
  const one = async (): Promise<number> => {
    for (;;) {
      const port = randomInt(RANGE.from, RANGE.to)
      if (taken.has(port) || !(await isPortFree(port))) continue
      taken.add(port)
      return port
    }
  }
  const each = async (): Promise<number[]> => {
    const ports: number[] = []
    while (ports.length < REPLICAS) ports.push(await one())
    return ports
  }
  return {
    vault: await each(),
    management: await each(),
    directory: await each(),
    proxy: await each(),
    postgres: await one(),
    redis: [await one(), await one()],
  }
}
