import http from 'node:http'

/**
 * A provider that accepts one key. It listens on all addresses, because the proxy calls it from another pod.
 *
 * @throws where the port is taken.
 */
export function startDemoUpstream(baseUrl: string, key: string): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    const isRight = request.headers.authorization === `Bearer ${key}`
    response.writeHead(isRight ? 200 : 401, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ arrived: isRight }))
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(Number(new URL(baseUrl).port), () => resolve(server))
  })
}
