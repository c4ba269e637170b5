import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
/** A provider that reads each request to its end, then answers. */
export async function startUpstream(answer) {
  const received = []
  const server = await serve((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', rawHeaders, headers } = request
      const whole = { method, url, rawHeaders, headers, body: Buffer.concat(chunks) }
      received.push(whole)
      answer(whole, response)
    })
  })
  return { ...server, received }
}
/** A provider that sees requests as they come. */
export function serve(listener) {
  const server = createServer(listener)
  return listening(server, () => server.closeAllConnections())
}
/** A provider of bytes. */
export async function startRawUpstream(onSocket) {
  const sockets = new Set()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    onSocket(socket)
  })
  return listening(server, () => {
    for (const socket of sockets) socket.destroy()
  })
}
async function listening(server, cut) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: server.address().port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cut()
      }),
  }
}
//# sourceMappingURL=start-upstream.js.map
