import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import { type ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { ResolveRoute } from './held-routes.js'
export declare function grpcResolveRoute(directory: Pick<ReloadingClient<DirectoryClient>, 'current'>): ResolveRoute
