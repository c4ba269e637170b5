import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { endRefusedBody } from './end-refused-body.js'

const BOUNDS = { drainBytesMax: 1_000, chunkBytesMin: 100, drainMs: 60_000 }

/** A request that is answered before its body is complete, and its connection, which may be destroyed. */
function make(bounds?: typeof BOUNDS) {
  const socket = new PassThrough()
  const incoming = Object.assign(new PassThrough(), { complete: false, socket })
  endRefusedBody(incoming as unknown as IncomingMessage, bounds)
  const send = (bytes: number): void => void incoming.emit('data', Buffer.alloc(bytes))
  return { socket, send, end: () => incoming.emit('end') }
}

it.each([
  ['as many bytes as there may be', [900, 100], false],
  ['one byte more', [900, 101], true],
  ['ten chunks of a byte, which count for a hundred each', Array<number>(10).fill(1), false],
  ['one more of them', Array<number>(11).fill(1), true],
])(
  'after an answer the rest of a body is read up to a bound, beyond which the connection is destroyed: %s',
  (_what, pieces, isClosed) => {
    const { socket, send, end } = make(BOUNDS)
    for (const bytes of pieces) send(bytes)
    expect(socket.destroyed).toBe(isClosed)
    end()
    socket.destroy()
  },
)

it('after an answer a mebibyte of a body is read, and one byte more destroys the connection', () => {
  const { socket, send } = make()
  send(1024 * 1024)
  expect(socket.destroyed).toBe(false)
  send(1)
  expect(socket.destroyed).toBe(true)
})

it('after an answer a connection on which no more of the body arrives is destroyed when its time is over', async () => {
  const { socket } = make({ ...BOUNDS, drainMs: 10 })
  expect(await until(() => (socket.destroyed ? true : undefined))).toBe(true)
})
