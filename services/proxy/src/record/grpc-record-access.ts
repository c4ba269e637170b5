import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { RecordAccessRequest } from '@protectmyapi/protos/generated/directory/v1/RecordAccessRequest'
import type { RecordAccessResponse__Output } from '@protectmyapi/protos/generated/directory/v1/RecordAccessResponse'
import { callUnary, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import type { RecordAccess } from './access-queue.js'

/** Only the shutdown waits for it. */
const DEADLINE_MS = 5_000

export function grpcRecordAccess(
  directory: Pick<ReloadingClient<DirectoryClient>, 'current'>,
  bootId: string,
): RecordAccess {
  return async (entries) => {
    await callUnary<RecordAccessRequest, RecordAccessResponse__Output>(
      (request, options, answer) => directory.current().recordAccess(request, options, answer),
      { bootId, entries: [...entries] },
      DEADLINE_MS,
    )
  }
}
