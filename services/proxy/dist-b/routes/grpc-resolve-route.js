import { callUnary } from '@protectmyapi/service-kit/grpc-client'

/** A phone waits for it. */
const DEADLINE_MS = 3_000
export function grpcResolveRoute(directory) {
  return (credential, service) =>
    callUnary(
      (request, options, answer) => directory.current().resolveRoute(request, options, answer),
      { credential, service },
      DEADLINE_MS,
    )
}
//# sourceMappingURL=grpc-resolve-route.js.map
