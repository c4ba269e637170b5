import { describe, expect, it } from '@jest/globals'
import type { KeyContext, KeyService } from './key-service.js'

const CONTEXT: KeyContext = { installationId: 'ins_a', organizationId: 'org_a', keyId: 'key_a', keyVersion: 1 }

/**
 * The tests that every key service must pass. `changed` returns a service with another master key that also knows the
 * one of `keys`.
 */
export function keyServiceContract(name: string, keys: () => KeyService, changed: () => Promise<KeyService>): void {
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
      ['organization', { organizationId: 'org_b' }],
      ['key id', { keyId: 'key_b' }],
      ['key version', { keyVersion: 2 }],
    ])('refuses to unwrap for another %s', async (_what, other) => {
      const { wrappedKey } = await keys().generate(CONTEXT)
      await expect(keys().unwrap(wrappedKey, { ...CONTEXT, ...other })).rejects.toMatchObject({
        code: 'SECRET_DECRYPTION_FAILED',
      })
    })

    it('wraps the same data key anew under another master key, after which the former no longer unwraps it', async () => {
      const after = await changed()
      const { dataKey, wrappedKey } = await keys().generate(CONTEXT)
      await expect(after.unwrap(wrappedKey, CONTEXT)).resolves.toEqual(dataKey)
      const anew = await after.rewrap(wrappedKey, CONTEXT)
      await expect(after.unwrap(anew, CONTEXT)).resolves.toEqual(dataKey)
      await expect(keys().unwrap(anew, CONTEXT)).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
      expect(after.masterKey).not.toBe(keys().masterKey)
    })

    it('wraps anew under the same master key, to other bytes', async () => {
      const { dataKey, wrappedKey } = await keys().generate(CONTEXT)
      const anew = await keys().rewrap(wrappedKey, CONTEXT)
      expect(anew.equals(wrappedKey)).toBe(false)
      await expect(keys().unwrap(anew, CONTEXT)).resolves.toEqual(dataKey)
    })

    it('refuses to wrap anew a data key of another organization, or altered bytes', async () => {
      const after = await changed()
      const { wrappedKey } = await keys().generate(CONTEXT)
      const refused = { code: 'SECRET_DECRYPTION_FAILED' }
      await expect(after.rewrap(wrappedKey, { ...CONTEXT, organizationId: 'org_b' })).rejects.toMatchObject(refused)
      await expect(after.rewrap(wrappedKey.subarray(1), CONTEXT)).rejects.toMatchObject(refused)
    })

    it('refuses to unwrap altered, cut and foreign bytes with SECRET_DECRYPTION_FAILED', async () => {
      const { wrappedKey } = await keys().generate(CONTEXT)
      const flipped = Buffer.from(wrappedKey)
      flipped[flipped.length - 1] = (flipped[flipped.length - 1] ?? 0) ^ 1
      for (const bytes of [flipped, wrappedKey.subarray(0, -1), Buffer.from('nothing that was wrapped here')]) {
        await expect(keys().unwrap(bytes, CONTEXT)).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
      }
    })
  })
}
