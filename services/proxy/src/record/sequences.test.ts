import { describe, expect, it } from '@jest/globals'
import { shardOf } from '@protectmyapi/service-kit/redis/redis-keys'
import { createSequences } from './sequences.js'

const spare = (organizationId: string, sequence: number) => ({
  shard: shardOf(organizationId),
  sequence,
  requestId: 'req_1',
  organizationId,
})

describe('places in the record', () => {
  it('are numbered without gaps in each shard', () => {
    const sequences = createSequences()
    expect([1, 2, 3].map(() => sequences.take('org_1').sequence)).toEqual([1, 2, 3])
    expect(shardOf('org_1')).not.toBe(shardOf('org_2'))
    expect(sequences.take('org_2').sequence).toBe(1)
  })

  it('that were given back unwritten are taken by the next entry', () => {
    const sequences = createSequences()
    for (let at = 0; at < 3; at += 1) sequences.take('org_1')
    sequences.giveBack(spare('org_1', 2))
    expect(sequences.take('org_1').sequence).toBe(2)
    expect(sequences.take('org_1').sequence).toBe(4)
  })

  it('that were given back and not taken again are listed once', () => {
    const sequences = createSequences()
    sequences.giveBack(spare('org_1', sequences.take('org_1').sequence))
    expect(sequences.takeSpares()).toEqual([spare('org_1', 1)])
    expect(sequences.takeSpares()).toEqual([])
  })

  it('are spread over 64 shards by organization', () => {
    const shards = new Set(Array.from({ length: 2_000 }, (_, at) => shardOf(`org_${at}`)))
    expect(shards.size).toBe(64)
    expect(Math.max(...shards)).toBe(63)
  })
})
