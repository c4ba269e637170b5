import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import { type ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { RecordAccess } from './access-queue.js'
export declare function grpcRecordAccess(
  directory: Pick<ReloadingClient<DirectoryClient>, 'current'>,
  bootId: string,
): RecordAccess
