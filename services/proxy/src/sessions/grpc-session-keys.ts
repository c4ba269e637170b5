import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { ListSessionKeysRequest } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysRequest'
import type { ListSessionKeysResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysResponse'
import { callUnary, type ReloadingClient } from '@protectmyapi/service-kit/grpc-client'
import type { ListSessionKeys } from './session-keys.js'

/** A phone may wait for it. */
const DEADLINE_MS = 3_000

export function grpcSessionKeys(directory: Pick<ReloadingClient<DirectoryClient>, 'current'>): ListSessionKeys {
  return () =>
    callUnary<ListSessionKeysRequest, ListSessionKeysResponse__Output>(
      (request, options, answer) => directory.current().listSessionKeys(request, options, answer),
      {},
      DEADLINE_MS,
    )
}
