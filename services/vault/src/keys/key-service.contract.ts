import { describe, expect, it } from '@jest/globals'
import type { KeyContext, KeyService } from './key-service.js'

const CONTEXT: KeyContext = { installationId: 'ins_a', organizationId: 'org_a', keyId: 'key_a', keyVersion: 1 }

/** What every key service must do. */
export function keyServiceContract(name: string, keys: () => KeyService): void {
  describe(`key service ${name}`, () => {
    it('makes 32 random bytes, and wraps them so that the same context unwraps them', async () => {
      const one = await keys().generate(CONTEXT)
      const other = await keys().generate(CONTEXT)
      expect(one.dataKey).toHaveLength(32)
      expect(one.dataKey).not.toEqual(other.dataKey)
      expect(one.wrappedKey.includes(one.dataKey)).toBe(false)
      await expect(keys().unwrap(one.wrappedKey, CONTEXT)).resolves.toEqual(one.dataKey)
    })

    it.each<[string, Partial<KeyContext>]>([
      ['installation', { installationId: 'ins_b' }],
      ['organisation', { organizationId: 'org_b' }],
      ['key id', { keyId: 'key_b' }],
      ['key version', { keyVersion: 2 }],
    ])('refuses to unwrap for another %s', async (_what, other) => {
      const { wrappedKey } = await keys().generate(CONTEXT)
      await expect(keys().unwrap(wrappedKey, { ...CONTEXT, ...other })).rejects.toMatchObject({
        code: 'SECRET_DECRYPTION_FAILED',
      })
    })

    it('refuses altered, cut and foreign bytes, and never calls that an outage', async () => {
      const { wrappedKey } = await keys().generate(CONTEXT)
      const flipped = Buffer.from(wrappedKey)
      flipped[flipped.length - 1] = (flipped[flipped.length - 1] ?? 0) ^ 1
      for (const bytes of [flipped, wrappedKey.subarray(0, -1), Buffer.from('nothing that was wrapped here')]) {
        await expect(keys().unwrap(bytes, CONTEXT)).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
      }
    })
  })
}
