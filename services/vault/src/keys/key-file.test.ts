import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { ConfigError } from '@protectmyapi/service-kit/program/config'
import { memoryKeys } from '../test/memory-keys.js'
import { keyFile } from './key-file.js'
import { keyServiceContract } from './key-service.contract.js'
import type { KeyContext, KeyService } from './key-service.js'

const CONTEXT = { installationId: 'ins_a', organizationId: 'org_a', keyId: 'key_a', keyVersion: 1 }

let folder: string
let keys: KeyService
let changed: KeyService

const write = async (name: string, text: string, mode = 0o600): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, text)
  await chmod(path, mode)
  return path
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pma-key-file-'))
  const sound = await write('sound', `${randomBytes(32).toString('base64')}\n`)
  keys = await keyFile(sound)
  changed = await keyFile(await write('changed', randomBytes(32).toString('base64')), [sound])
})
afterAll(() => rm(folder, { recursive: true }))

keyServiceContract(
  'key file',
  () => keys,
  async () => changed,
)
const memory = memoryKeys()
keyServiceContract(
  'memory',
  () => memory,
  async () => memoryKeys(memory),
)

describe('a key file', () => {
  it.each([0o640, 0o604, 0o660, 0o777])('is refused with mode %o', async (mode) => {
    const path = await write(`mode-${mode}`, randomBytes(32).toString('base64'), mode)
    await expect(keyFile(path)).rejects.toThrow(ConfigError)
  })

  // Only root can give files away; without root this cannot be tested.
  if (process.geteuid?.() === 0) {
    it('of root may be readable by a group, as Kubernetes hands over a Secret, and by nobody else', async () => {
      const geteuid = jest.spyOn(process, 'geteuid').mockReturnValue(65_532)
      const path = await write('handed', randomBytes(32).toString('base64'), 0o440)
      await expect(keyFile(path)).resolves.toBeDefined()
      for (const mode of [0o444, 0o460, 0o441, 0o604]) {
        await chmod(path, mode)
        await expect(keyFile(path)).rejects.toThrow('is open to other users')
      }
      await chmod(path, 0o400)
      await chown(path, 1, 1)
      await expect(keyFile(path)).rejects.toThrow('belongs to another user')
      geteuid.mockRestore()
    })
  }

  it.each(['', 'short', randomBytes(16).toString('base64'), randomBytes(33).toString('base64'), 'x'.repeat(10_000)])(
    'is refused unless it holds 32 bytes in base64 (%#)',
    async (text) => {
      await expect(keyFile(await write('contents', text))).rejects.toThrow(ConfigError)
    },
  )

  it('is refused when it does not exist or is a folder', async () => {
    await expect(keyFile(join(folder, 'absent'))).rejects.toThrow(ConfigError)
    await expect(keyFile(folder)).rejects.toThrow(ConfigError)
  })

  it('has the recorded fingerprint and unwraps the recorded key', async () => {
    const { masterKey, fingerprint, context, dataKey, wrapped } = recorded()
    const file = await keyFile(await write('recorded', Buffer.from(masterKey, 'hex').toString('base64')))
    expect(file.masterKey).toBe(fingerprint)
    expect(await file.unwrap(Buffer.from(wrapped, 'hex'), context)).toEqual(Buffer.from(dataKey, 'hex'))
  })

  it('refuses to unwrap a key that another key file wrapped', async () => {
    const other = await keyFile(await write('other', randomBytes(32).toString('base64')))
    const { wrappedKey } = await other.generate(CONTEXT)
    await expect(keys.unwrap(wrappedKey, CONTEXT)).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
  })
})

interface Recorded {
  readonly masterKey: string
  readonly fingerprint: string
  readonly context: KeyContext
  readonly dataKey: string
  readonly wrapped: string
}

function recorded(): Recorded {
  return JSON.parse(readFileSync(new URL('./golden-wrapped-key.json', import.meta.url), 'utf8'))
}
