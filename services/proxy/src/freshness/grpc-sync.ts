import type { ServiceError } from '@grpc/grpc-js'
import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { fromGrpcError } from '@protectmyapi/service-kit/grpc/grpc-fault'
import type { OpenSyncStream } from './keep-synced.js'

/** The longest that the directory lets a stream last; the proxy opens another before that. */
const DEADLINE_MS = 10 * 60_000

/** Sync over gRPC. Each stream uses the newest channel, so a renewed certificate takes effect with the next stream. */
export function grpcSync(directory: Pick<ReloadingClient<DirectoryClient>, 'current' | 'leave'>): OpenSyncStream {
  return (events) => {
    const client = directory.current()
    const call = client.sync({ deadline: new Date(Date.now() + DEADLINE_MS) })
    let over = false
    const end = (reason: unknown): void => {
      if (over) return
      over = true
      events.ended(reason)
    }
    call.on('data', (reply) => {
      if (!over) events.reply(reply)
    })
    call.on('error', (error: ServiceError) => end(fromGrpcError(error)))
    call.on('end', () => end('ended by the directory'))
    const cancel = (): void => {
      over = true
      call.cancel()
    }
    return {
      send: (request) => {
        if (!over) call.write(request)
      },
      cancel,
      giveUp() {
        cancel()
        directory.leave(client)
      },
    }
  }
}
