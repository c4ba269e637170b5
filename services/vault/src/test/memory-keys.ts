import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import { contextPairs, type KeyContext, type KeyService } from '../keys/key-service.js'

/**
 * A key service in memory, with a switch, `away`, that simulates an outage. Passes the contract that the real ones
 * pass.
 */
export interface MemoryKeys extends KeyService {
  away: boolean
}

/**
 * @param before the service that has wrapped until now: what it wrapped is unwrapped too, after a change of the master
 * key.
 */
export function memoryKeys(before?: MemoryKeys): MemoryKeys {
  const masterKey = randomBytes(32)
  const associated = (context: KeyContext) => Buffer.from(JSON.stringify(contextPairs(context)))
  const keys: MemoryKeys = {
    away: false,
    masterKey: `memory:${randomBytes(4).toString('hex')}`,
    async generate(context) {
      if (keys.away) throw new Fault('UNAVAILABLE', 'memory keys are away')
      const dataKey = randomBytes(32)
      return { dataKey, wrappedKey: wrap(dataKey, context) }
    },
    async unwrap(wrappedKey, context) {
      if (keys.away) throw new Fault('UNAVAILABLE', 'memory keys are away')
      const bytes = Buffer.from(wrappedKey)
      try {
        const decipher = createDecipheriv('aes-256-gcm', masterKey, bytes.subarray(0, 12), { authTagLength: 16 })
        decipher.setAAD(associated(context)).setAuthTag(bytes.subarray(-16))
        return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()])
      } catch {
        if (before) return before.unwrap(wrappedKey, context)
        throw new Fault('SECRET_DECRYPTION_FAILED', 'memory keys: does not authenticate')
      }
    },
    rewrap: async (wrappedKey, context) => wrap(await keys.unwrap(wrappedKey, context), context),
  }
  function wrap(dataKey: Buffer, context: KeyContext): Buffer {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', masterKey, nonce).setAAD(associated(context))
    return Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()])
  }
  return keys
}
