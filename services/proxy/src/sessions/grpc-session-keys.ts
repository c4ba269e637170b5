import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { ListSessionKeysRequest } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysRequest'
import type { ListSessionKeysResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysResponse'
import { callUnaryAgain, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import type { ListSessionKeys } from './session-keys.js'

/** A phone may wait for both attempts. A hanging management is left after the first. */
const ATTEMPTS_MS = [1_000, 2_000] as const

export function grpcSessionKeys(directory: Pick<ReloadingClient<DirectoryClient>, 'current'>): ListSessionKeys {
  return () =>
    callUnaryAgain<ListSessionKeysRequest, ListSessionKeysResponse__Output>(
      (request, options, answer) => directory.current().listSessionKeys(request, options, answer),
      {},
      ATTEMPTS_MS,
    )
}
