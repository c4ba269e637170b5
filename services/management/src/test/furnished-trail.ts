import { newId } from '@protectmyapi/service-kit/ids'
import { accessLogSource, auditSource, type ChainSource } from '../verify/chain-source.js'
import type { ChainHarness } from './chain-harness.js'

export type TrailKind = 'access-log' | 'audit'

/** One organization's records of one kind, and the tables and columns that hold them. */
export interface FurnishedTrail {
  readonly organizationId: string
  readonly chain: string
  readonly table: 'access_log' | 'audit'
  /** The column that holds JSON. */
  readonly json: 'entry' | 'details'
  /** The batch of link 2, which is signed. */
  readonly batch: string
  readonly source: ChainSource
}

/** Makes four signed links, of which heads 2 and 4 are kept, and a fifth link that is not signed yet. */
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
