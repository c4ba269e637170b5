/**
 * Length of the secret with which a proxy shows, in each Sync, that a boot id is its own (docs/freshness.md, "Who
 * speaks for whom").
 */
export const SYNC_PROOF_BYTES = 32
