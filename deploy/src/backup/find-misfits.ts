import { shownWord } from '@protectmyapi/service-kit/shown-text'
import type pg from 'pg'

/** The three databases, each in a transaction that sees one state. */
export interface ThreeClients {
  readonly management: pg.Client
  readonly vault: pg.Client
  readonly vault_keys: pg.Client
}

/**
 * What the state of one database names and that of another lacks, one line of text for each, even if a restored row
 * holds line breaks. Writes go from one database to the next (ARCHITECTURE, "Writing"), so states read a moment apart
 * can disagree in either direction: in between, a value was stored and named, a replaced one destroyed, a data key
 * erased, a head signed. No order of reading the databases avoids all of these.
 */
export async function findMisfits(clients: ThreeClients): Promise<string[]> {
  const misfits = [...(await missingVersions(clients)), ...(await missingKeys(clients)), ...(await headsAhead(clients))]
  return misfits.map(shownWord)
}

/** Versions and attestation credentials in force, and signing keys that sign or verify, that the vault does not store. */
async function missingVersions({ management, vault }: ThreeClients): Promise<string[]> {
  const named = await management.query<{ id: string }>(`
    SELECT v.id FROM secret_versions v JOIN secrets s ON s.id = v.secret_id
      JOIN organizations o ON o.id = v.organization_id
      WHERE v.state = 'active' AND s.state = 'active' AND o.state = 'active'
    UNION ALL SELECT c.id FROM attestation_credentials c JOIN organizations o ON o.id = c.organization_id
      WHERE c.state = 'active' AND o.state = 'active'
    UNION ALL SELECT id FROM signing_keys WHERE state IN ('active', 'outgoing')`)
  const { rows } = await vault.query<{ id: string }>(
    `SELECT id FROM unnest($1::text[]) AS named (id)
     WHERE NOT EXISTS (SELECT FROM versions WHERE version_id = id AND state = 'stored')`,
    [named.rows.map(({ id }) => id)],
  )
  return rows.map(({ id }) => `version ${id} is in force, and the vault does not store it`)
}

/**
 * Data keys that something is sealed under and that are not among the wrapped keys. Shredded organizations are left
 * out: what remains of them can no longer be opened anyway.
 */
async function missingKeys({ vault, vault_keys }: ThreeClients): Promise<string[]> {
  const used = await vault.query<{ key: string }>(`
    SELECT DISTINCT v.key_id || '/' || v.key_version AS key FROM versions v JOIN data_keys k ON k.id = v.key_id
      WHERE v.state = 'stored' AND k.state = 'active'
    UNION SELECT id || '/' || version FROM data_keys WHERE state = 'active'
    UNION SELECT key_id || '/' || key_version FROM head_key`)
  const { rows } = await vault_keys.query<{ key: string }>(
    `SELECT key FROM unnest($1::text[]) AS used (key)
     WHERE NOT EXISTS (SELECT FROM wrapped_keys WHERE key_id || '/' || version = key)`,
    [used.rows.map(({ key }) => key)],
  )
  return rows.map(({ key }) => `data key ${key} seals, and is not among the wrapped ones`)
}

/**
 * Chains that are shorter than the head that the vault has signed: verifying such a chain reports it as truncated, for
 * ever.
 */
async function headsAhead({ management, vault }: ThreeClients): Promise<string[]> {
  const signed = await vault.query<{ chain: string; count: string }>('SELECT chain, count FROM signed_heads')
  const { rows } = await management.query<{ chain: string }>(
    `SELECT chain FROM unnest($1::text[], $2::bigint[]) AS signed (chain, count)
     WHERE NOT EXISTS (SELECT FROM chain_heads h WHERE h.chain = signed.chain AND h.count >= signed.count)`,
    [signed.rows.map(({ chain }) => chain), signed.rows.map(({ count }) => count)],
  )
  return rows.map(({ chain }) => `the vault has signed more of ${chain} than management has`)
}
