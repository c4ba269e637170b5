import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import { type ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { Admit } from './admit.js'
/** Admission by management, over Postgres. One call for all who come in one turn of the event loop. */
export declare function directoryAdmit(
  directory: Pick<ReloadingClient<DirectoryClient>, 'current'>,
  bootId: string,
  limits?: {
    readonly batchMax: number
    readonly callsMax: number
  },
): Admit
