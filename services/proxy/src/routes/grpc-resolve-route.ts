import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { ResolveRouteRequest } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteRequest'
import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import { callUnary, type ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { ResolveRoute } from './held-routes.js'

/** A phone waits for it. */
const DEADLINE_MS = 3_000

export function grpcResolveRoute(directory: Pick<ReloadingClient<DirectoryClient>, 'current'>): ResolveRoute {
  return (credential, service) =>
    callUnary<ResolveRouteRequest, ResolveRouteResponse__Output>(
      (request, options, answer) => directory.current().resolveRoute(request, options, answer),
      { credential, service },
      DEADLINE_MS,
    )
}
