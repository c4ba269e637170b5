import { callUnary } from '@protectmyapi/service-kit/grpc-client'

/** A phone may wait for it. */
const DEADLINE_MS = 3_000
export function grpcSessionKeys(directory) {
  return () =>
    callUnary(
      (request, options, answer) => directory.current().listSessionKeys(request, options, answer),
      {},
      DEADLINE_MS,
    )
}
//# sourceMappingURL=grpc-session-keys.js.map
