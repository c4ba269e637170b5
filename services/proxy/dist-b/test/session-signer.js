import { SESSION_TYP } from '@protectmyapi/service-kit/app-session'
import { tokenHash } from '@protectmyapi/service-kit/tokens'
import { CompactSign, exportJWK, generateKeyPair } from 'jose'

const ISSUER = 'ins_test'
export async function sessionSigner(kid, wallMs) {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' }
  return {
    kid,
    async token(claims, header = {}) {
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
      const jws = await new CompactSign(new TextEncoder().encode(JSON.stringify(whole)))
        .setProtectedHeader({ alg: 'EdDSA', typ: SESSION_TYP, kid, ...header })
        .sign(privateKey)
      return `pma_ses_${jws}`
    },
    keys: () => ({
      jwks: JSON.stringify({ keys: [jwk] }),
      labels: [{ kind: 'FEED_KIND_SIGNING_KEY', id: kid, generation: 1 }],
      issuer: ISSUER,
      lifeMs: 300_000,
    }),
  }
}
export const hashOf = (token) => tokenHash(token).toString('base64url')
//# sourceMappingURL=session-signer.js.map
