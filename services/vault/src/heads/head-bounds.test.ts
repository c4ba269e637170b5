import { describe, expect, it } from '@jest/globals'
import { checkHead } from './head-bounds.js'

const LINK = Buffer.alloc(32)
const asked =
  (links: number, chain = 'org_1/audit') =>
  () =>
    checkHead({ chain, head: LINK, count: 20_000, links: Array<Buffer>(links).fill(LINK) })
const REFUSED = expect.objectContaining({ code: 'INVALID_REQUEST' })

describe('a request to sign a head', () => {
  it('is refused when it carries more than ten thousand links', () => {
    expect(asked(10_000)).not.toThrow()
    expect(asked(10_001)).toThrow(REFUSED)
  })

  it('is refused when the name of its chain is longer than 128 characters', () => {
    expect(asked(1, 'c'.repeat(128))).not.toThrow()
    expect(asked(1, 'c'.repeat(129))).toThrow(REFUSED)
  })
})
