import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

const LIMITS = { headMs: 2_000, lookForSlowEveryMs: 1_000, idleMs: 75_000, connectionsMax: 64 } as const

export interface ServedMetrics {
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves `GET /metrics`, and nothing else, over plain HTTP on a port of its own.
 *
 * @throws if the port is taken.
 */
export async function serveMetrics(
  { host, port }: { readonly host: string; readonly port: number },
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  bounds: Readonly<Record<keyof typeof LIMITS, number>> = LIMITS,
): Promise<ServedMetrics> {
  const server = createServer(
    {
      headersTimeout: bounds.headMs,
      requestTimeout: bounds.headMs,
      connectionsCheckingInterval: bounds.lookForSlowEveryMs,
      keepAliveTimeout: bounds.idleMs,
    },
    (request, response) => {
      if (request.url !== '/metrics') response.writeHead(404, { 'content-length': 0 }).end()
      else if (request.method !== 'GET') response.writeHead(405, { allow: 'GET', 'content-length': 0 }).end()
      else answer(request, response)
    },
  )
  server.maxConnections = bounds.connectionsMax
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
