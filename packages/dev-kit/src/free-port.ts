import { randomInt } from 'node:crypto'
import net from 'node:net'

/**
 * Below the ports that systems assign to connections and to servers that ask for any port (Linux: from 32,768):
 * otherwise a port that was free a moment ago may be taken before it is listened on.
 */
const RANGE = { first: 10_000, end: 32_000 } as const

/** A port that is free now. Another process may still take it first. */
export function freePort(): Promise<number> {
  return freeRow(1)
}

/** Whether a server could listen on this port. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.on('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

/** The first of several consecutive free ports. */
export async function freeRow(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(RANGE.first, RANGE.end - count)
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isPortFree(first + index)))
    if (free.every((one) => one)) return first
  }
}
