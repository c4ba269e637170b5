import { createServer, type Server } from 'node:http'
import type { Health } from '../rpc/health.js'

/** Two words a probe; nobody needs more of a connection. */
const LIMITS = { headMs: 2_000, idleMs: 1_000, connectionsMax: 64 } as const

/**
 * Plain HTTP for who probes from the machine that runs us and has no certificate, as Kubernetes' kubelet: `/healthz` is
 * 200 while this process turns, `/readyz` while it serves. It tells nothing else.
 *
 * @throws where the port is taken.
 */
export async function serveProbes(host: string, port: number, health: Pick<Health, 'isServing'>): Promise<Probes> {
  const server = createServer(
    { headersTimeout: LIMITS.headMs, requestTimeout: LIMITS.headMs, keepAliveTimeout: LIMITS.idleMs },
    ({ method, url }, answer) => {
      const isReading = method === 'GET' || method === 'HEAD'
      answer.writeHead(isReading ? statusOf(url, health) : 405, { 'content-length': 0 }).end()
    },
  )
  server.maxConnections = LIMITS.connectionsMax
  return { port: await listen(server, host, port), close: () => closed(server) }
}

export interface Probes {
  readonly port: number
  close(): Promise<void>
}

function statusOf(url: string | undefined, health: Pick<Health, 'isServing'>): number {
  if (url === '/healthz') return 200
  if (url === '/readyz') return health.isServing() ? 200 : 503
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
