import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { createHeldSecrets, type Rotation } from './held-secrets.js'
import type { Lease } from './leased-secret.js'
import { manualTime } from './test/manual-time.js'
import { VaultClientError } from './vault-client-error.js'

const LIFE_MS = 60_000
const away = () => new VaultClientError('UNAVAILABLE')

/** Held secrets over a vault that lends one value, until a test changes that. */
function harness() {
  const time = manualTime()
  const vault = { version: 1, calls: 0, lifeMs: LIFE_MS, fails: undefined as VaultClientError | undefined }
  const lent: Lease[] = []
  const rotations: Rotation[] = []
  const failures: string[] = []
  const gates: Promise<void>[] = []
  const held = createHeldSecrets({
    time,
    source: {
      async lease(name) {
        vault.calls += 1
        await gates.shift()
        if (vault.fails) throw vault.fails
        const value = Buffer.from(`${name}-${vault.version}`)
        const lease = {
          versionId: `ver_${vault.version}`,
          generation: vault.version,
          value,
          endsAtMs: time.nowMs() + vault.lifeMs,
        }
        lent.push(lease)
        return lease
      },
    },
    onRotation: (rotation) => rotations.push(rotation),
    onRenewalFailed: (_name, { code }) => failures.push(code),
  })
  return { time, vault, lent, rotations, failures, gates, held }
}
const codeOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (thrown) {
    return thrown instanceof VaultClientError ? thrown.code : thrown
  }
}

describe('a secret that was asked for', () => {
  it('is leased once for simultaneous callers and is answered from memory afterwards', async () => {
    const { held, vault } = harness()
    const [one, other] = await Promise.all([held.get('A'), held.get('A')])
    expect([one?.reveal(), one === other, (await held.get('A')) === one, vault.calls]).toEqual(['A-1', true, true, 1])
  })

  it('is renewed after half of its life, so that it stays usable as long as the vault answers', async () => {
    const { held, vault, time } = harness()
    const secret = await held.get('A')
    await time.advance(29_999)
    expect(vault.calls).toBe(1)
    await time.advance(1)
    expect(vault.calls).toBe(2)
    await time.advance(600_000)
    expect(secret.reveal()).toBe('A-1')
    expect(vault.calls).toBe(22)
  })

  it('becomes a new object with one event when rotated; the old one works until its end and is then wiped', async () => {
    const { held, vault, time, rotations, lent } = harness()
    const first = await held.get('A')
    vault.version = 2
    await time.advance(30_000)
    const second = await held.get('A')
    expect(rotations).toEqual([{ name: 'A', from: { versionId: 'ver_1', generation: 1 }, to: second }])
    expect([first.reveal(), second.reveal()]).toEqual(['A-1', 'A-2'])
    await time.advance(29_999)
    expect(first.reveal()).toBe('A-1')
    await time.advance(1)
    // Wiped by itself, not because it was asked for.
    expect(lent[0]?.value).toEqual(Buffer.alloc(3))
    expect(codeOf(() => first.reveal())).toBe('LEASE_ENDED')
    expect(rotations).toHaveLength(1)
  })

  it('works until its lease ends when the vault is unavailable, and works again once the vault answers', async () => {
    const { held, vault, time, failures } = harness()
    const secret = await held.get('A')
    vault.fails = away()
    await time.advance(59_999)
    expect((await held.get('A')).reveal()).toBe('A-1')
    await time.advance(1)
    expect(codeOf(() => secret.reveal())).toBe('LEASE_ENDED')
    await expect(held.get('A')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    // Renewal was tried again and again meanwhile, at growing intervals of at most 8 seconds.
    expect(failures.length).toBeGreaterThan(5)
    const before = vault.calls
    await time.advance(80_000)
    expect(vault.calls - before).toBe(10)
    vault.fails = undefined
    await time.advance(8_000)
    const calls = vault.calls
    expect((await held.get('A')).reveal()).toBe('A-1')
    expect(vault.calls).toBe(calls)
  })

  it.each(['SECRET_NOT_FOUND', 'FORBIDDEN', 'SECRET_EXPIRED'])(
    'stops working at once and is not renewed again when a renewal is refused with %s',
    async (code) => {
      const { held, vault, time, failures } = harness()
      const secret = await held.get('A')
      vault.fails = new VaultClientError(code)
      await time.advance(30_000)
      expect(failures).toEqual([code])
      expect(codeOf(() => secret.reveal())).toBe('LEASE_ENDED')
      await time.advance(600_000)
      expect(vault.calls).toBe(2)
      await expect(held.get('A')).rejects.toMatchObject({ code, retryable: false })
      vault.fails = undefined
      expect((await held.get('A')).reveal()).toBe('A-1')
    },
  )

  it('is renewed at most once a second, even when its life is only 10 ms', async () => {
    const { held, vault, time } = harness()
    vault.lifeMs = 10
    await held.get('A')
    await time.advance(5_000)
    expect(vault.calls).toBe(6)
  })

  it('is wiped when it is forgotten, and also when it arrives after the client was closed', async () => {
    const { held, vault, time, lent, gates } = harness()
    const secret = await held.get('A')
    held.forget('A')
    expect(codeOf(() => secret.reveal())).toBe('LEASE_ENDED')
    expect(lent[0]?.value).toEqual(Buffer.alloc(3))
    let open = (): void => undefined
    gates.push(new Promise((resolve) => (open = resolve)))
    const late = held.get('A')
    held.close()
    open()
    await expect(late).rejects.toMatchObject({ code: 'CLOSED' })
    expect(lent[1]?.value).toEqual(Buffer.alloc(3))
    await expect(held.get('A')).rejects.toMatchObject({ code: 'CLOSED' })
    await time.advance(600_000)
    expect(vault.calls).toBe(2)
  })

  it('is refused when 256 others are held, until one of them is forgotten', async () => {
    const { held } = harness()
    for (let index = 0; index < 256; index += 1) await held.get(`A_${index}`)
    await expect(held.get('ONE_MORE')).rejects.toThrow(/forget some/)
    held.forget('A_0')
    expect((await held.get('ONE_MORE')).reveal()).toBe('ONE_MORE-1')
  })

  it('does not show its value when it is printed, inspected or turned into JSON', async () => {
    const secret = await harness().held.get('A')
    const printed = [`${secret}`, JSON.stringify({ secret }), inspect(secret, { showHidden: true }), inspect([secret])]
    expect(printed.join()).not.toContain('A-1')
    expect(Object.values(secret)).not.toContain('A-1')
  })
})
