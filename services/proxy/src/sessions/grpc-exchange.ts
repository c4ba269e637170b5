import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { ExchangeDebugTokenRequest } from '@protectmyapi/protos/generated/directory/v1/ExchangeDebugTokenRequest'
import type { ExchangeDebugTokenResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ExchangeDebugTokenResponse'
import { isToken } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import { callUnary, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'

/** An app session that a debug token has bought. */
interface AppSession {
  /** `pma_ses_` and a JWS. */
  readonly token: string
  readonly expiresAtMs: number
  readonly deviceId: string
}

/** @throws Fault INVALID_TOKEN, management's own refusals, or UNAVAILABLE. */
export type ExchangeDebugToken = (debugToken: string, sourceAddress: string) => Promise<AppSession>

/** It makes a device and signs: a write that a phone waits for. */
const DEADLINE_MS = 5_000

export function grpcExchangeDebugToken(
  directory: Pick<ReloadingClient<DirectoryClient>, 'current'>,
): ExchangeDebugToken {
  return async (debugToken, sourceAddress) => {
    if (!isToken('debug', debugToken)) throw new Fault('INVALID_TOKEN', 'a debug token of the wrong shape or checksum')
    const { token, expiresAtMs, deviceId } = await callUnary<
      ExchangeDebugTokenRequest,
      ExchangeDebugTokenResponse__Output
    >(
      (request, options, answer) => directory.current().exchangeDebugToken(request, options, answer),
      { debugToken, sourceAddress },
      DEADLINE_MS,
    )
    return { token, expiresAtMs, deviceId }
  }
}
