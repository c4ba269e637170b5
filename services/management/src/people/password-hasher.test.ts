import { expect, it } from '@jest/globals'
import { createPasswordHasher } from './password-hasher.js'

it('a password hasher whose running and waiting places are taken refuses one more, until there is room', async () => {
  const hasher = await createPasswordHasher({ atOnce: 1, waitingMax: 1 })
  const [first, second] = [hasher.hash('a long enough password'), hasher.verify(undefined, 'another')]
  const refusal = { code: 'UNAVAILABLE', details: { retryAfterSeconds: 2 } }
  await expect(hasher.hash('one too many')).rejects.toMatchObject(refusal)
  await expect(hasher.verify(undefined, 'one too many')).rejects.toMatchObject(refusal)
  expect(await second).toBe(false)
  expect(await hasher.verify(await first, 'a long enough password')).toBe(true)
})
