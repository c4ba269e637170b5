import { createServer, type Server } from 'node:http'
import type { Health } from '../rpc/health.js'

/** An answer is two words; a probe needs no more of a connection. */
const LIMITS = { headMs: 2_000, lookForSlowEveryMs: 1_000, idleMs: 1_000, connectionsMax: 64 } as const

/**
 * Plain HTTP for probes from the same machine that have no certificate, such as Kubernetes' kubelet. `/healthz` is 200
 * while the event loop of this process runs, `/readyz` while it serves; otherwise the answer says why it does not.
 * Nothing else is served.
 *
 * @throws if the port is taken.
 */
export async function serveProbes(
  host: string,
  port: number,
  health: Pick<Health, 'obstacle'>,
  bounds: Readonly<Record<keyof typeof LIMITS, number>> = LIMITS,
): Promise<Probes> {
  const server = createServer(
    {
      headersTimeout: bounds.headMs,
      requestTimeout: bounds.headMs,
      connectionsCheckingInterval: bounds.lookForSlowEveryMs,
      keepAliveTimeout: bounds.idleMs,
    },
    ({ method, url }, answer) => {
      const isReading = method === 'GET' || method === 'HEAD'
      const status = isReading ? statusOf(url, health) : 405
      const why = status === 503 ? Buffer.from(`${health.obstacle()}\n`) : Buffer.alloc(0)
      answer.writeHead(status, { 'content-type': 'text/plain', 'content-length': why.length })
      answer.end(method === 'HEAD' ? undefined : why)
    },
  )
  server.maxConnections = bounds.connectionsMax
  return { port: await listen(server, host, port), close: () => closed(server) }
}

export interface Probes {
  readonly port: number
  close(): Promise<void>
}

function statusOf(url: string | undefined, health: Pick<Health, 'obstacle'>): number {
  if (url === '/healthz') return 200
  if (url === '/readyz') return health.obstacle() === '' ? 200 : 503
  return 404
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
