import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { z } from 'zod'
import type { KeyRef } from '../keys/data-key-cache.js'
import {
  type StoredVersion,
  toVersion,
  type VersionRef,
  type VersionRow,
  versionName,
} from '../versions/version-row.js'

/** Who is lent what. Immutable: the runtime role can only add and read rows. */
export interface LeaseRecord extends VersionRef {
  readonly generation: number
  /** SPIFFE id. */
  readonly caller: string
  readonly appId: string | null
  readonly serviceId: string | null
}

/** A lease that is recorded only if the key that signed its grant is still pinned. */
export interface GrantedRecord extends Omit<LeaseRecord, 'generation'> {
  readonly pin: string
}

/** A version that may be leased, with the data key under which its organization seals now, read in one snapshot. */
export interface LeasableVersion extends StoredVersion {
  readonly currentKey: KeyRef
  /** Floor of that data key: below it nothing opens. */
  readonly floor: number
}

/**
 * Reads those of the given versions that are stored and whose organization was not shredded. They are read here and not
 * from a cache, so that a replica that still holds the key stops at the commit of a shredding.
 *
 * Each is looked up by its primary key, forced by LIMIT: Postgres assumes that the list has a hundred rows, and would
 * otherwise read all versions of an organization, or every data key, and join them.
 */
const LEASABLE = `
  SELECT v.organization_id, v.secret_id, v.version_id, v.state, v.generation, v.purpose, v.bindings, v.key_id, v.key_version,
    v.sealed, k.id AS current_key_id, k.version AS current_key_version, k.floor
  FROM jsonb_to_recordset(?::jsonb) AS asked (organization_id text, secret_id text, version_id text)
  CROSS JOIN LATERAL (
    SELECT * FROM versions WHERE versions.organization_id = asked.organization_id AND versions.secret_id = asked.secret_id
      AND versions.version_id = asked.version_id LIMIT 1
  ) v
  CROSS JOIN LATERAL (SELECT * FROM data_keys WHERE data_keys.organization_id = asked.organization_id LIMIT 1) k
  WHERE v.state = 'stored' AND k.state = 'active'`

/**
 * Pins, versions and lease rows in one statement: one snapshot, one transaction, one round trip. No lease row is
 * written without the read of its version, and none for a key that is not pinned in this snapshot.
 */
const TAKE = `
  WITH pinned AS (
    SELECT array_agg(used.pin) AS pins FROM jsonb_array_elements_text(?::jsonb) AS used (pin)
    JOIN pinned_grant_keys p ON p.version_id = split_part(used.pin, ' ', 1)
      AND p.version_id || ' ' || encode(p.public_key, 'hex') = used.pin
  ), leasable AS MATERIALIZED (${LEASABLE}
  ), recorded AS (
    INSERT INTO lease_audit (lease_id, organization_id, secret_id, version_id, generation, caller, app_id, service_id)
    SELECT one.lease_id, l.organization_id, l.secret_id, l.version_id, l.generation, one.caller, one.app_id, one.service_id
    FROM jsonb_to_recordset(?::jsonb) AS one (pin text, lease_id text, organization_id text, secret_id text,
      version_id text, caller text, app_id text, service_id text)
    JOIN leasable l USING (organization_id, secret_id, version_id)
    JOIN pinned ON one.pin = ANY (pinned.pins)
  )
  SELECT to_json(pinned.pins)::text AS pins, leasable.* FROM pinned LEFT JOIN leasable ON true`

export const leaseStore = (trx: Knex) => ({
  async read(refs: readonly VersionRef[]): Promise<readonly LeasableVersion[]> {
    const { rows }: { rows: LeasableRow[] } = await trx.raw(LEASABLE, [JSON.stringify(refs.map(toRow))])
    return rows.flatMap(toLeasable)
  },

  /**
   * Reads the versions that the records are about, and writes the records that stand. Returns which pins hold and which
   * versions are stored.
   */
  async take(pins: ReadonlySet<string>, records: readonly GrantedRecord[]): Promise<Take> {
    const asked = new Map(records.map((record) => [versionName(record), toRow(record)]))
    const { rows }: { rows: (LeasableRow & { pins: string | null })[] } = await trx.raw(TAKE, [
      JSON.stringify([...pins]),
      JSON.stringify([...asked.values()]),
      JSON.stringify(records.map(toGrantedRow)),
    ])
    // The same in each row, as a text that is parsed once: the driver would parse an array of each row.
    const pinned = Pins.parse(JSON.parse(rows[0]?.pins ?? '[]'))
    return { pinned: new Set(pinned), versions: rows.flatMap(toLeasable) }
  },

  async record(records: readonly LeaseRecord[]): Promise<void> {
    if (records.length === 0) return
    await trx('lease_audit').insert(
      records.map((record) => ({
        lease_id: newId('lease'),
        organization_id: record.organizationId,
        secret_id: record.secretId,
        version_id: record.versionId,
        generation: record.generation,
        caller: record.caller,
        app_id: record.appId,
        service_id: record.serviceId,
      })),
    )
  },
})

const Pins = z.array(z.string())

export interface Take {
  /** The pins that hold. */
  readonly pinned: ReadonlySet<string>
  readonly versions: readonly LeasableVersion[]
}

function toRow({ organizationId, secretId, versionId }: VersionRef) {
  return { organization_id: organizationId, secret_id: secretId, version_id: versionId }
}

/** Written field by field, because spreading showed in the profile of leases. */
function toGrantedRow(record: GrantedRecord) {
  return {
    pin: record.pin,
    lease_id: newId('lease'),
    organization_id: record.organizationId,
    secret_id: record.secretId,
    version_id: record.versionId,
    caller: record.caller,
    app_id: record.appId,
    service_id: record.serviceId,
  }
}

interface LeasableRow extends Omit<VersionRow, 'created_at'> {
  readonly current_key_id: string
  readonly current_key_version: number
  readonly floor: number
}

function toLeasable(row: LeasableRow): LeasableVersion[] {
  const version = toVersion(row)
  if (version.state !== 'stored') return []
  const { current_key_id: keyId, current_key_version: keyVersion, floor } = row
  return [{ ...version, floor, currentKey: { organizationId: version.organizationId, keyId, keyVersion } }]
}
