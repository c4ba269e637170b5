import { describe, expect, it } from '@jest/globals'
import { parseSealedLease, SALT_BYTES, serializeSealedLease } from './sealed-lease.js'

const sealed = (idChars: number) => ({
  keyId: { dataKeyId: 'k'.repeat(idChars), dataKeyVersion: 1, hour: 1 },
  notAfterMs: 1,
  salt: Buffer.alloc(SALT_BYTES),
  nonce: Buffer.alloc(12),
  ciphertext: Buffer.alloc(100),
  tag: Buffer.alloc(16),
})

describe('a sealed lease', () => {
  it('takes a data key id of 64 characters, and is neither written nor read with a longer one', () => {
    const longest = serializeSealedLease(sealed(64))
    expect(longest && parseSealedLease(longest)).toEqual(sealed(64))
    expect(serializeSealedLease(sealed(65))).toBeUndefined()
    // One character more, from somebody who writes to Redis.
    const [head, name, rest] = [longest?.subarray(0, 5), Buffer.from([65]), longest?.subarray(6)]
    const longer = Buffer.concat([head ?? name, name, Buffer.from('k'), rest ?? name])
    expect(parseSealedLease(longer)).toBeUndefined()
  })
})
