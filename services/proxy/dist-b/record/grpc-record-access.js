import { callUnary } from '@protectmyapi/service-kit/grpc-client'

/** Nobody waits for it but the shutdown. */
const DEADLINE_MS = 5_000
export function grpcRecordAccess(directory, bootId) {
  return async (entries) => {
    await callUnary(
      (request, options, answer) => directory.current().recordAccess(request, options, answer),
      { bootId, entries: [...entries] },
      DEADLINE_MS,
    )
  }
}
//# sourceMappingURL=grpc-record-access.js.map
