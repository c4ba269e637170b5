import { createHash } from 'node:crypto'

/** What the registry keeps of the proof for a boot: SHA-256 in hex. The proof itself is kept nowhere. */
export const digestOfProof = (proof: Uint8Array): string => createHash('sha256').update(proof).digest('hex')
