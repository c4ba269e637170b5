import { randomInt } from 'node:crypto'
import net from 'node:net'

/**
 * Below what systems give to connections and to whoever asks for any port (Linux: from 32,768): else one that was free a
 * moment ago is somebody's by the time that it is listened on.
 */
const RANGE = { first: 10_000, end: 32_000 } as const

/** A port that is free now. Whoever chooses the same may still be quicker. */
export function freePort(): Promise<number> {
  return freeRow(1)
}

/** Whether a server could listen there. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.on('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

/** The first of several free ports that follow one another. */
export async function freeRow(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(RANGE.first, RANGE.end - count)
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isPortFree(first + index)))
    if (free.every((one) => one)) return first
  }
}
