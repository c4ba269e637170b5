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
  /** Contents of all links since the last signed count, at most HEAD_LINKS_MAX. */
  readonly links: readonly Buffer[]
  /**
   * The last signed count as the vault described it, 0 for none. If it is higher by now, another management was first.
   */
  readonly seen: number
}

/** A key of the vault that signs heads, or did. */
export interface VerifyingKey {
  readonly keyId: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  /** The key signed nothing after this time, Unix time in milliseconds; 0 for the key that signs now. */
  readonly untilMs: number
  /** From this time on somebody else may have signed with the key; 0 if nobody has said so. */
  readonly knownSinceMs: number
}

/** What the vault knows of a chain. */
export interface DescribedHead {
  /** The vault's own id of the installation, as in its statements. */
  readonly installationId: string
  readonly keys: readonly VerifyingKey[]
  /** Undefined where the chain was never signed. */
  readonly last: SignedHead | undefined
}

/**
 * Remembers heads where nobody who can write to management's database can reach them. Each method also throws Fault
 * UNAVAILABLE.
 */
export interface HeadWitness {
  /**
   * Signs a head that extends the last one it signed. For the last one itself it returns the same answer again.
   *
   * @throws Fault CONFLICT: fewer links than were signed, or others; no alarm if another management was first.
   * INVALID_REQUEST: links are missing.
   */
  signHead(asked: HeadToSign): Promise<SignedHead>
  describeHead(chain: string): Promise<DescribedHead>
  /**
   * One page of the names of all chains that were ever signed: those after the given name, '' for the first page; empty
   * when there are no more.
   */
  listChains(after: string): Promise<readonly string[]>
}

/** The most links that one call of signHead takes. */
export const HEAD_LINKS_MAX = 10_000
