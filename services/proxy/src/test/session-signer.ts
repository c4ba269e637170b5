import type { ListSessionKeysResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysResponse'
import type { AppSessionClaims, TestSessionClaims } from '@protectmyapi/service-kit/credentials/app-session'
import { SESSION_TYP, TEST_SESSION_TYP } from '@protectmyapi/service-kit/credentials/app-session'
import { tokenHash } from '@protectmyapi/service-kit/credentials/tokens'
import { CompactSign, exportJWK, generateKeyPair } from 'jose'

const ISSUER = 'ins_test'

/** Signs sessions as management does. */
export interface SessionSigner {
  readonly kid: string
  token(claims: Partial<AppSessionClaims>, header?: { alg?: string; typ?: string; kid?: string }): Promise<string>
  /** For a test call. */
  testToken(claims?: Partial<TestSessionClaims>): Promise<string>
  keys(): ListSessionKeysResponse__Output
}

export async function sessionSigner(kid: string, wallMs: () => number): Promise<SessionSigner> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' }
  const sign = async (claims: object, header: object): Promise<string> => {
    const jws = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'EdDSA', typ: SESSION_TYP, kid, ...header })
      .sign(privateKey)
    return `pma_ses_${jws}`
  }
  return {
    kid,
    testToken(claims = {}) {
      const iat = wallMs() / 1_000
      const own = { iss: ISSUER, jti: 'ses_1', org: 'org_1', svc: 'svc_1', usr: 'usr_1', iat, exp: iat + 30 }
      return sign({ ...own, ...claims }, { typ: TEST_SESSION_TYP })
    },
    token(claims, header = {}) {
      const iat = wallMs() / 1_000
      const whole = {
        iss: ISSUER,
        jti: 'ses_1',
        org: 'org_1',
        app: 'app_1',
        dvc: 'dvc_1',
        dgn: 1,
        att: 'debug',
        iat,
        exp: iat + 600,
        ...claims,
      }
      return sign(whole, header)
    },
    keys: () => ({
      jwks: JSON.stringify({ keys: [jwk] }),
      labels: [{ kind: 'FEED_KIND_SIGNING_KEY', id: kid, generation: 1 }],
      issuer: ISSUER,
      lifeMs: 300_000,
    }),
  }
}

export const hashOf = (token: string): string => tokenHash(token).toString('base64url')
