import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import { type ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { Admit } from './directory-admission.js'
export declare function grpcAdmit(directory: Pick<ReloadingClient<DirectoryClient>, 'current'>, bootId: string): Admit
