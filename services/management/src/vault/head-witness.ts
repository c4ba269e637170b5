/** A head that the vault signed. */
export interface SignedHead {
  readonly count: number
  readonly head: Buffer
  /** Unix time in milliseconds, on the vault's clock. */
  readonly signedAtMs: number
  /** Ed25519 over the statement of service-kit's head-chain.ts. */
  readonly signature: Buffer
  readonly keyId: string
}

export interface HeadToSign {
  readonly chain: string
  readonly count: number
  readonly head: Buffer
  /** Contents of all links since the count signed last, at most HEAD_LINKS_MAX. */
  readonly links: readonly Buffer[]
  /** The last count signed, as it was described, 0 for none: where it is more by now, another was first. */
  readonly seen: number
}

/** A key of the vault's that signs heads, or did. */
export interface VerifyingKey {
  readonly keyId: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  /** It signed nothing after that, Unix time in milliseconds; 0 of the one that signs. */
  readonly untilMs: number
  /** From then on somebody else may have signed by it; 0 where nobody said so. */
  readonly knownSinceMs: number
}

/** What the vault knows of a chain. */
export interface DescribedHead {
  /** The vault's own, as in its statements. */
  readonly installationId: string
  readonly keys: readonly VerifyingKey[]
  /** Undefined where the chain was never signed. */
  readonly last: SignedHead | undefined
}

/** Who remembers heads where nobody who writes to our database reaches. Each throws Fault UNAVAILABLE, too. */
export interface HeadWitness {
  /**
   * Signs what extends the last head it signed; the last one again is answered as it was.
   *
   * @throws Fault CONFLICT: fewer links than were signed, or others; no alarm where another was first. INVALID_REQUEST: links are missing.
   */
  signHead(asked: HeadToSign): Promise<SignedHead>
  describeHead(chain: string): Promise<DescribedHead>
  /** Names of chains that were ever signed, some after the given one, '' for the first; none where there are no more. */
  listChains(after: string): Promise<readonly string[]>
}

/** Of one call of signHead. */
export const HEAD_LINKS_MAX = 10_000
