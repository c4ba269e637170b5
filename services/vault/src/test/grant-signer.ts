import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { GRANT_TYP, type GrantClaims, type ServiceGrantClaims } from '@protectmyapi/service-kit/credentials/grant'
import { type CompactJWSHeaderParameters, CompactSign } from 'jose'

/** Acts as management: signs grants, with a key whose private half management would keep in the vault. */
export interface GrantSigner {
  readonly keyId: string
  readonly pkcs8: Buffer
  readonly spki: Buffer
  sign(claims: unknown, header?: Readonly<Record<string, unknown>>): Promise<string>
}

export function grantSigner(keyId: string): GrantSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    keyId,
    pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }),
    spki: publicKey.export({ format: 'der', type: 'spki' }),
    sign: (claims, header = {}) =>
      signGrant(privateKey, claims, { alg: 'EdDSA', typ: GRANT_TYP, kid: keyId, ...header }),
  }
}

export function signGrant(
  key: KeyObject | Uint8Array,
  claims: unknown,
  header: CompactJWSHeaderParameters,
): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader(header).sign(key)
}

/** Valid claims at a moment, changed as a test asks. */
export function claimsAt(nowMs: number, given: Partial<GrantClaims> = {}): GrantClaims {
  const iat = nowMs / 1_000
  return {
    sub: PROXY.spiffeId,
    cnf: { 'x5t#S256': PROXY.thumbprint },
    org: 'org_a',
    app: 'app_a',
    svc: 'svc_a',
    sec: [{ id: 'sec_a', ver: 'ver_a', gen: 1 }],
    ori: ['https://api.example.com'],
    iat,
    exp: iat + 300,
    ...given,
  }
}

/** The same for an internal service's grant. */
export function serviceClaimsAt(nowMs: number, given: Partial<ServiceGrantClaims> = {}): ServiceGrantClaims {
  const iat = nowMs / 1_000
  return {
    sub: WORKER.spiffeId,
    cnf: { 'x5t#S256': WORKER.thumbprint },
    org: 'org_a',
    isv: 'isv_a',
    sec: [{ id: 'sec_a', ver: 'ver_a', gen: 1 }],
    iat,
    exp: iat + 60,
    ...given,
  }
}

export const WORKER = {
  spiffeId: 'spiffe://protectmyapi.local/ns/apps/sa/worker',
  thumbprint: Buffer.alloc(32, 2).toString('base64url'),
} as const

export const PROXY = {
  spiffeId: 'spiffe://protectmyapi.local/ns/protectmyapi/sa/proxy',
  thumbprint: Buffer.alloc(32, 1).toString('base64url'),
} as const
