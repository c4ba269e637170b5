import http from 'node:http'
import { valueFact } from '../history/facts.js'
import type { Injection } from '../history/history.js'

/** A provider on loopback that reports for each request which secret it carried, and when it arrived. */
export interface RecordingProvider {
  readonly origin: string
  stop(): Promise<void>
}

const LIMITS = {
  /** Longer than any fault, so that the provider never closes an idle connection on which a request is under way. */
  keepAliveMs: 120_000,
  /**
   * One of so many requests is answered in two pieces, with this pause between them, so that at any moment some answer
   * is under way.
   */
  slowOneOf: 8,
  slowMs: 250,
} as const

const BEARER = /^Bearer (.+)$/

/** Starts a provider that accepts every key and reports which one arrived. */
export async function startRecordingProvider(tell: (injection: Injection) => void): Promise<RecordingProvider> {
  let seen = 0
  const server = http.createServer((request, response) => {
    const atMs = performance.now()
    const key = BEARER.exec(request.headers.authorization ?? '')?.[1] ?? ''
    tell({ type: 'injection', path: request.url ?? '', value: valueFact(key), atMs })
    request.resume()
    // The answer contains neither the key nor its digest, because the proxy ends an answer that contains the key.
    response.writeHead(200, { 'content-type': 'application/json' })
    seen += 1
    if (seen % LIMITS.slowOneOf === 0) {
      response.write('{"ok":')
      setTimeout(() => response.end('true}'), LIMITS.slowMs)
    } else response.end('{"ok":true}')
  })
  server.keepAliveTimeout = LIMITS.keepAliveMs
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
