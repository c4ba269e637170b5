import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { createOpener, createSealer } from './seal.js'

const PLAIN = Buffer.alloc(300_000, 'what is sealed ')
const hasGpg = await runCommand('gpg', ['--version']).then(
  () => true,
  () => false,
)

/** Without gpg its tests are left out, and the run says so. In CI they fail instead. */
const canRun = hasGpg || process.env.CI === 'true'
if (!canRun) process.stdout.write('sealing to gpg keys: skipped, there is no gpg (apt-get install gnupg)\n')

describe('sealing', () => {
  let folder = ''
  let identity = ''
  let recipient = ''
  let gpg: NodeJS.ProcessEnv = {}

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-seal-'))
    identity = path.join(folder, 'identity')
    const secret = await generateIdentity()
    recipient = await identityToRecipient(secret)
    await writeFile(identity, secret)
    gpg = { PATH: process.env.PATH, GNUPGHOME: folder }
    if (hasGpg)
      await runCommand('gpg', ['--batch', '--passphrase', '', '--quick-gen-key', 'ops@example.com'], { env: gpg })
  }, 30_000)

  afterAll(async () => {
    // The gpg-agent of this folder only.
    if (hasGpg) await runCommand('gpgconf', ['--kill', 'gpg-agent'], { env: gpg })
    await rm(folder, { recursive: true, force: true })
  })

  async function sealed(to: string, name: string, env = gpg): Promise<string> {
    const file = path.join(folder, name)
    await createSealer(to, env).seal(Readable.from([PLAIN.subarray(0, 100), PLAIN.subarray(100)]), file)
    return file
  }

  async function altered(file: string): Promise<string> {
    const bytes = await readFile(file)
    bytes[200_000] = (bytes[200_000] ?? 0) ^ 1
    await writeFile(`${file}.altered`, bytes)
    return `${file}.altered`
  }

  it('to an age recipient is opened whole by its identity, and refused when altered', async () => {
    const file = await sealed(recipient, 'plain.age')
    const opener = await createOpener('age', identity, {})
    expect((await buffer(opener.open(file))).equals(PLAIN)).toBe(true)
    await expect(buffer(opener.open(await altered(file)))).rejects.toThrow()
  })

  const withGpg = canRun ? it : it.skip
  withGpg('to a gpg key opens by its ring, whole, and not when altered', async () => {
    const file = await sealed('ops@example.com', 'plain.gpg')
    const opener = await createOpener('gpg', undefined, gpg)
    expect((await buffer(opener.open(file))).equals(PLAIN)).toBe(true)
    await expect(buffer(opener.open(await altered(file)))).rejects.toThrow('gpg: ')
  })

  withGpg('to a key that gpg does not have says so', async () => {
    await expect(sealed('nobody@example.com', 'nobody.gpg')).rejects.toThrow('nobody@example.com')
  })

  it('to a gpg key without gpg installed says what to install', async () => {
    await expect(sealed('ops@example.com', 'none.gpg', { PATH: folder })).rejects.toThrow('apt-get install gnupg')
  })

  it.each([
    ['without an identity', undefined, 'IDENTITY=FILE'],
    ['with one that is not there', '/nowhere/identity', 'cannot be read'],
  ])('allows no opener for age %s', async (_how, file, why) => {
    await expect(createOpener('age', file, {})).rejects.toThrow(why)
  })
})
