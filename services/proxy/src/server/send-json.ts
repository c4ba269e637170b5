import type { Exchange } from './exchange.js'

/** An answer of the proxy's own. */
export function sendJson(exchange: Exchange, status: number, answer: unknown, fields: readonly string[] = []): void {
  const body = Buffer.from(JSON.stringify(answer), 'utf8')
  exchange.sendHead(status, [...fields, 'content-type', 'application/json', 'content-length', String(body.length)], 0)
  exchange.sendBody(body)
}
