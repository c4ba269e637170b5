import { createHash } from 'node:crypto'

/** Of who speaks for a boot: what the registry keeps, SHA-256 in hex. The proof itself is kept nowhere. */
export const digestOfProof = (proof: Uint8Array): string => createHash('sha256').update(proof).digest('hex')
