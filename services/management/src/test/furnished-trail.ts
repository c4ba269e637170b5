import { newId } from '@protectmyapi/service-kit/ids'
import { accessLogSource, auditSource, type ChainSource } from '../verify/chain-source.js'
import type { ChainHarness } from './chain-harness.js'

export type TrailKind = 'access-log' | 'audit'

/** One organization's records of one kind, and where they stand. */
export interface FurnishedTrail {
  readonly organizationId: string
  readonly chain: string
  readonly table: 'access_log' | 'audit'
  /** The column of JSON. */
  readonly json: 'entry' | 'details'
  /** Of link 2, which is signed. */
  readonly batch: string
  readonly source: ChainSource
}

/** Four links that are signed, by twos, and a fifth that is not yet. */
export async function furnishTrail(
  harness: ChainHarness,
  kind: TrailKind,
  organizationId: string = newId('organization'),
): Promise<FurnishedTrail> {
  const { db } = harness
  const append = () => (kind === 'audit' ? harness.audit(organizationId) : harness.log(organizationId))
  for (const isSigned of [false, true, false, true, undefined]) {
    await append()
    if (isSigned) await harness.signHeads()
  }
  const source = kind === 'audit' ? auditSource(organizationId) : accessLogSource(organizationId, 90)
  const { chain } = source
  const { batch } = await db('chain_batches').where({ chain, number: 2 }).first()
  const place = kind === 'audit' ? ({ table: 'audit', json: 'details' } as const) : LOG
  return { organizationId, chain, ...place, batch, source }
}

const LOG = { table: 'access_log', json: 'entry' } as const
