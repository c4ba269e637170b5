import type { ListSessionKeysResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysResponse'
import type { AppSessionClaims } from '@protectmyapi/service-kit/app-session'
/** Signs sessions as management does. */
export interface SessionSigner {
  readonly kid: string
  token(
    claims: Partial<AppSessionClaims>,
    header?: {
      alg?: string
      typ?: string
      kid?: string
    },
  ): Promise<string>
  keys(): ListSessionKeysResponse__Output
}
export declare function sessionSigner(kid: string, wallMs: () => number): Promise<SessionSigner>
export declare const hashOf: (token: string) => string
