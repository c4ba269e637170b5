import { randomInt } from 'node:crypto'
import { isPortFree } from '@protectmyapi/dev-kit/free-port'

/** The number of processes of each service. */
export const REPLICAS = 2

/** The port of each process. */
export interface ChaosPorts {
  readonly vault: readonly number[]
  readonly management: readonly number[]
  readonly directory: readonly number[]
  readonly proxy: readonly number[]
  readonly postgres: number
  /** The ports of the first master and of its replica. */
  readonly redis: readonly [number, number]
}

/**
 * Below the range that systems assign by themselves. Otherwise an outgoing connection could take the port of a process
 * while that process is being started again.
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
