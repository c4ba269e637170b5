import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { ResolveRouteRequest } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteRequest'
import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import { callUnaryAgain, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import type { ResolveRoute } from './held-routes.js'

/**
 * A phone waits for both attempts. A hanging management is left after the first; asking twice changes nothing there.
 */
const ATTEMPTS_MS = [1_000, 2_000] as const

export function grpcResolveRoute(directory: Pick<ReloadingClient<DirectoryClient>, 'current'>): ResolveRoute {
  return (credential, service) =>
    callUnaryAgain<ResolveRouteRequest, ResolveRouteResponse__Output>(
      (request, options, answer) => directory.current().resolveRoute(request, options, answer),
      { credential, service },
      ATTEMPTS_MS,
    )
}
