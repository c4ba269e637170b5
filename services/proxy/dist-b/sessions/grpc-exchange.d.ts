import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import { type ReloadingClient } from '@protectmyapi/service-kit/grpc-client'

/** An app session, bought. */
interface AppSession {
  /** `pma_ses_` and a JWS. */
  readonly token: string
  readonly expiresAtMs: number
  readonly deviceId: string
}
/** @throws Fault INVALID_TOKEN, management's own refusals, or UNAVAILABLE. */
export type ExchangeDebugToken = (debugToken: string, sourceAddress: string) => Promise<AppSession>
export declare function grpcExchangeDebugToken(
  directory: Pick<ReloadingClient<DirectoryClient>, 'current'>,
): ExchangeDebugToken
