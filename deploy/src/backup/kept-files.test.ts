import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { placeSecrets } from './kept-files.js'

describe('a master key of a backup', () => {
  const kept = {
    id: 'one',
    madeAt: '2026-01-31T03:00:00Z',
    secrets: { 'kms.key': 'restored', 'owner.password': 'same' },
    launcher: {},
  }
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

  it('takes the place of another, which is kept beside it', async () => {
    const { movedAway } = await placeSecrets(folder, kept, 7)
    expect(movedAway).toEqual([path.join(folder, 'kms.key.before-7')])
    expect([await read('kms.key'), await read('kms.key.before-7')]).toEqual(['restored', 'here before'])
  })

  it('goes again where the restore fails', async () => {
    const { undo } = await placeSecrets(folder, { ...kept, secrets: { ...kept.secrets, 'other.key': 'new' } }, 7)
    await undo()
    expect((await readdir(folder)).sort()).toEqual(['kms.key', 'owner.password'])
    expect(await read('kms.key')).toBe('here before')
  })
})
