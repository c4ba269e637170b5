import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands between an SDK and the proxy, and counts the SDK's requests. */
export interface Relay {
  readonly port: number
  readonly base: string
  count: number
  stop(): Promise<void>
}

export async function startRelay(proxy: string): Promise<Relay> {
  const target = new URL(proxy)
  const server = http.createServer((request, response) => {
    relay.count += 1
    // With their original spelling, because what an SDK writes is compared with what arrives.
    const { method, url, rawHeaders: headers } = request
    const onward = http.request({ host: target.hostname, port: target.port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const relay: Relay = {
    port,
    base: `http://127.0.0.1:${port}`,
    count: 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return relay
}
