import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { OpenSyncStream } from './keep-synced.js'
/** Sync over gRPC. Each stream goes through the newest channel, so a renewed certificate is taken up with the next. */
export declare function grpcSync(directory: Pick<ReloadingClient<DirectoryClient>, 'current'>): OpenSyncStream
