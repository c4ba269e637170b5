import type { ServerDuplexStream } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from '@jest/globals'
import { Directory } from '@protectmyapi/protos/directory'
import type { SyncReply } from '@protectmyapi/protos/generated/directory/v1/SyncReply'
import type { SyncRequest__Output } from '@protectmyapi/protos/generated/directory/v1/SyncRequest'
import { startReplicas } from '../test/replicas.js'
import { grpcSync } from './grpc-sync.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

describe('a stream of Syncs that is given up', () => {
  it('leads the next one to another management, also where the one that hangs takes connections', async () => {
    const replicas = await startReplicas(Directory, 2, (server, management) => {
      const sync = (call: ServerDuplexStream<SyncRequest__Output, SyncReply>): void => {
        call.on('data', () =>
          call.write({ push: { number: management, kind: 'FEED_KIND_APP', id: 'a', generation: 1 } }),
        )
        call.on('end', () => call.end())
      }
      server.addService(Directory.service, { Sync: sync })
    })
    closing.push(() => replicas.close())
    replicas.freeze(0)
    const openSync = grpcSync(replicas.client)
    const first = openSync({ reply: () => {}, ended: () => {} })
    first.send({ bootId: 'boot_x', syncId: 1, applied: 0 })
    first.giveUp()
    const heard = await new Promise((resolve, reject) => {
      const second = openSync({ reply: resolve, ended: reject })
      closing.push(async () => second.cancel())
      second.send({ bootId: 'boot_x', syncId: 1, applied: 0 })
    })
    expect(heard).toMatchObject({ push: { number: 1 } })
  })
})
