import { type ServerDuplexStream, status } from '@grpc/grpc-js'
import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { Directory } from '@protectmyapi/protos/directory'
import type { SyncReply } from '@protectmyapi/protos/generated/directory/v1/SyncReply'
import type { SyncRequest__Output } from '@protectmyapi/protos/generated/directory/v1/SyncRequest'
import { Fault } from '@protectmyapi/service-kit/faults'
import { toGrpcError } from '@protectmyapi/service-kit/grpc/grpc-fault'
import { gate } from '../test/gate.js'
import { startReplicas } from '../test/replicas.js'
import { grpcSync } from './grpc-sync.js'
import type { SyncEvents } from './keep-synced.js'

const atEnd = closeAfterEach()

type Call = ServerDuplexStream<SyncRequest__Output, SyncReply>
const push = (number: number): SyncReply => ({ push: { number, kind: 'FEED_KIND_APP', id: 'a', generation: 1 } })
const request = { bootId: 'boot_x', syncId: 1, applied: 0 }

/** A stream, the directory's end of it, and the events heard from it in order. */
async function openOne() {
  const called = gate<Call>()
  const replicas = await startReplicas(Directory, 1, (server) =>
    server.addService(Directory.service, { Sync: called.open }),
  )
  atEnd(() => replicas.close())
  const heard: unknown[] = []
  const listeners = new Set<() => void>()
  const hear = (what: unknown): void => {
    heard.push(what)
    for (const listener of listeners) listener()
  }
  const events: SyncEvents = { reply: ({ push }) => hear(push?.number), ended: (reason) => hear({ reason }) }
  const stream = grpcSync(replicas.client)(events)
  stream.send(request)
  const call = await called.passed
  return {
    stream,
    call,
    heard,
    /** Resolves when this many events have been heard. */
    hears: (count: number) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (heard.length >= count) resolve()
        }
        listeners.add(look)
        look()
      }),
    closed: new Promise<void>((resolve) => void call.on('cancelled', resolve)),
  }
}

describe('a stream of Syncs', () => {
  it('reports each reply once, and once that the directory ended it', async () => {
    const { call, heard, hears } = await openOne()
    call.write(push(1))
    call.write(push(2))
    call.end()
    await hears(3)
    expect(heard).toEqual([1, 2, { reason: 'ended by the directory' }])
  })

  it('reports its failure once, and nothing after it', async () => {
    const { call, heard, hears, stream } = await openOne()
    call.emit('error', { code: status.UNAVAILABLE, details: 'no' })
    await hears(1)
    await new Promise(setImmediate)
    stream.send(request)
    stream.cancel()
    await new Promise(setImmediate)
    expect(heard).toEqual([{ reason: expect.objectContaining({ code: 'UNAVAILABLE' }) }])
  })

  it('reports a refusal of the directory with its code FORBIDDEN', async () => {
    const { call, heard, hears } = await openOne()
    call.emit('error', toGrpcError(new Fault('FORBIDDEN', 'another speaks for this boot')))
    await hears(1)
    expect(heard).toEqual([{ reason: expect.objectContaining({ code: 'FORBIDDEN' }) }])
  })

  it('reports nothing once it was cancelled, and the directory learns of that', async () => {
    const { call, heard, stream, closed } = await openOne()
    stream.cancel()
    call.write(push(1))
    await closed
    await new Promise(setImmediate)
    expect(heard).toEqual([])
  })

  it('has a deadline of ten minutes at most', async () => {
    const { call, stream } = await openOne()
    const leftMs = Number(call.getDeadline()) - Date.now()
    expect(leftMs).toBeGreaterThan(9 * 60_000)
    expect(leftMs).toBeLessThanOrEqual(10 * 60_000)
    stream.cancel()
  })
})

describe('a stream of Syncs that is given up', () => {
  it('leads the next one to another management, even if the one that hangs accepts connections', async () => {
    const replicas = await startReplicas(Directory, 2, (server, management) => {
      const sync = (call: ServerDuplexStream<SyncRequest__Output, SyncReply>): void => {
        call.on('data', () =>
          call.write({ push: { number: management, kind: 'FEED_KIND_APP', id: 'a', generation: 1 } }),
        )
        call.on('end', () => call.end())
      }
      server.addService(Directory.service, { Sync: sync })
    })
    atEnd(() => replicas.close())
    replicas.freeze(0)
    const openSync = grpcSync(replicas.client)
    const first = openSync({ reply: () => {}, ended: () => {} })
    first.send({ bootId: 'boot_x', syncId: 1, applied: 0 })
    first.giveUp()
    const heard = await new Promise((resolve, reject) => {
      const second = openSync({ reply: resolve, ended: reject })
      atEnd(() => second.cancel())
      second.send({ bootId: 'boot_x', syncId: 1, applied: 0 })
    })
    expect(heard).toMatchObject({ push: { number: 1 } })
  })
})
