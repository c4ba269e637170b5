import type { ListSessionKeysResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysResponse'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/log'
import { type CryptoKey } from 'jose'
import { z } from 'zod'
import type { Keeper } from '../freshness/keeper.js'
import type { Label } from '../freshness/label.js'
/** Directory.ListSessionKeys. @throws Fault UNAVAILABLE. */
export type ListSessionKeys = () => Promise<ListSessionKeysResponse__Output>
/** An Ed25519 key (RFC 8037), its members and no others: what is published is written field by field. */
declare const PublicJwk: z.ZodObject<
  {
    kty: z.ZodLiteral<'OKP'>
    crv: z.ZodLiteral<'Ed25519'>
    x: z.ZodString
    kid: z.ZodString
  },
  z.core.$strip
>
type PublicJwk = z.output<typeof PublicJwk>
/** RFC 7517 § 4: what the key is for is said with it, to whoever reads our key set. */
declare const asPublished: (key: PublicJwk) => {
  readonly alg: 'EdDSA'
  readonly use: 'sig'
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
}
export type PublishedJwk = ReturnType<typeof asPublished>
/** A key that verifies sessions, and the label by which the feed fells it. */
export interface SessionKey {
  readonly key: CryptoKey
  readonly label: Label
  readonly issuer: string
}
export interface SessionKeys {
  /** Undefined where no such key is known. @throws Fault UNAVAILABLE. */
  find(kid: string): Promise<SessionKey | undefined>
  /** @throws Fault UNAVAILABLE. */
  all(): Promise<readonly PublishedJwk[]>
}
interface Deps {
  readonly keeper: Keeper
  readonly clock: Clock
  readonly log: Logger
  readonly listSessionKeys: ListSessionKeys
}
export declare function createSessionKeys({ keeper, clock, log, listSessionKeys }: Deps): SessionKeys
