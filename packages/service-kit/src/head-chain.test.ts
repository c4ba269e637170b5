import { describe, expect, it } from '@jest/globals'
import { FIRST_HEAD, headAfter, headStatement } from './head-chain.js'

const content = Buffer.alloc(32, 7)
const first = { chain: 'audit/org_1', count: 1, previous: FIRST_HEAD, content }

describe('a head', () => {
  it('has the bytes recorded for this format, which management writes and the vault recomputes', () => {
    expect(headAfter(first).toString('hex')).toBe('78524243d995fcb331a3bdb7067510e52caf14f36238fde2f0ede8d34ccdd2d7')
  })

  it('differs if the chain, the count, the previous head or the content differs', () => {
    const others = [
      { ...first, chain: 'audit/org_2' },
      { ...first, count: 2 },
      { ...first, previous: Buffer.alloc(32, 1) },
      { ...first, content: Buffer.alloc(32, 8) },
    ]
    const heads = [first, ...others].map((link) => headAfter(link).toString('hex'))
    expect(new Set(heads).size).toBe(heads.length)
  })
})

describe('the signed statement of a head', () => {
  it('differs if the installation, the chain, the count, the head or the time differs', () => {
    const statement = { installationId: 'ins_1', chain: 'audit/org_1', count: 1, head: content, signedAtMs: 5 }
    const others = [
      { ...statement, installationId: 'ins_2' },
      { ...statement, chain: 'audit/org_2' },
      // The same letters, divided differently.
      { ...statement, installationId: 'ins_1a', chain: 'udit/org_1' },
      { ...statement, count: 15, signedAtMs: 5 },
      { ...statement, head: FIRST_HEAD },
      { ...statement, signedAtMs: 6 },
    ]
    const bytes = [statement, ...others].map((one) => headStatement(one).toString('hex'))
    expect(new Set(bytes).size).toBe(bytes.length)
  })
})
