import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, it } from '@jest/globals'
import { serveInTurn } from './serve-in-turn.js'

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
const LAST = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'

let server: Server

afterEach(() => {
  server.close()
  server.closeAllConnections()
})

it('of 10,000 requests on one connection fewer than a third are parsed before the first one is answered', async () => {
  const count = 10_000
  let first: ServerResponse | undefined
  let parsed = 0
  let isHeld = (): void => {}
  const held = new Promise<void>((resolve) => {
    isHeld = resolve
  })
  server = createServer()
  serveInTurn(server, {
    begin(_incoming, outgoing) {
      if (first) return void outgoing.end()
      first = outgoing
      outgoing.socket?.once('pause', isHeld)
    },
    refusal: () => '',
    lingerMs: 1,
  })
  server.on('request', () => {
    parsed += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const chunks: Buffer[] = []
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {})
  socket.write(GET.repeat(count - 1) + LAST)
  await held
  expect(parsed).toBeLessThan(count / 3)
  first?.end()
  await closed
  expect(parsed).toBe(count)
  expect(
    Buffer.concat(chunks)
      .toString('latin1')
      .match(/HTTP\/1\.1 200/g),
  ).toHaveLength(count)
})
