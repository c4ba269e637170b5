import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { KeptFiles, placeSecrets, readSecrets } from './kept-files.js'

const kept = {
  id: 'one',
  madeAt: '2026-01-31T03:00:00Z',
  secrets: { 'kms.key': 'restored', 'owner.password': 'same' },
  launcher: {},
}

describe('a master key of a backup', () => {
  let folder = ''

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-kept-'))
    await writeFile(path.join(folder, 'kms.key'), 'here before')
    await writeFile(path.join(folder, 'owner.password'), 'same')
  })

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  const read = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8')

  it('replaces the key that was there, which is kept beside it', async () => {
    const { movedAway } = await placeSecrets(folder, kept, 7)
    expect(movedAway).toEqual([path.join(folder, 'kms.key.before-7')])
    expect([await read('kms.key'), await read('kms.key.before-7')]).toEqual(['restored', 'here before'])
  })

  it('is removed again when the restore is undone, and the key that was there is back', async () => {
    const { undo } = await placeSecrets(folder, { ...kept, secrets: { ...kept.secrets, 'other.key': 'new' } }, 7)
    await undo()
    expect((await readdir(folder)).sort()).toEqual(['kms.key', 'owner.password'])
    expect(await read('kms.key')).toBe('here before')
  })

  it('is read under whatever name it has, and of the passwords only the owner’s is read with it', async () => {
    for (const name of ['Old_KMS (2).key', 'postgres.password']) await writeFile(path.join(folder, name), 'text')
    const secrets = await readSecrets(folder)
    expect(Object.keys(secrets).sort()).toEqual(['Old_KMS (2).key', 'kms.key', 'owner.password'])
    expect(KeptFiles.parse({ ...kept, secrets }).secrets).toEqual(secrets)
  })
})

describe('files of a backup that may be forged', () => {
  it.each([
    ['a folder above', { '../kms.key': 'x' }],
    ['a folder below', { 'tls/ca.key': 'x' }],
    ['a password that services are known by', { 'postgres.password': 'x' }],
    ['a key file whose name writes to terminals', { 'a\n\u001b[2J.key': 'x' }],
    ['a key file whose name is an option', { '-rf.key': 'x' }],
    ['a password that writes to terminals', { 'owner.password': 'a\u001b[2Jb' }],
    ['a password of two lines', { 'owner.password': 'one\ntwo' }],
  ])('are refused when they contain %s', (_what, secrets) => {
    expect(KeptFiles.safeParse({ ...kept, secrets }).success).toBe(false)
  })
})
