import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import { type ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { ListSessionKeys } from './session-keys.js'
export declare function grpcSessionKeys(directory: Pick<ReloadingClient<DirectoryClient>, 'current'>): ListSessionKeys
