import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { keysThatRanOut, removeKeys } from './run-out.js'

describe('backups of vault_keys', () => {
  const NOW = Date.parse('2026-01-31T03:00:00Z')
  let folder = ''

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-run-out-'))
    for (const name of ['2026-01-23T02-00-00Z', '2026-01-25T02-00-00Z', 'notes', '2026-01-02T02-00-00Z.unfinished-1']) {
      await mkdir(path.join(folder, name))
      for (const part of ['vault', 'vault_keys']) await writeFile(path.join(folder, name, `${part}.sql.gz.age`), '')
    }
  })

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  it('run out when their days are over, except for the newest one', async () => {
    expect(await keysThatRanOut(folder, 1, NOW)).toEqual([
      path.join(folder, '2026-01-23T02-00-00Z', 'vault_keys.sql.gz.age'),
    ])
    expect(await keysThatRanOut(folder, 8, NOW)).toEqual([
      path.join(folder, '2026-01-23T02-00-00Z', 'vault_keys.sql.gz.age'),
    ])
    expect(await keysThatRanOut(folder, 9, NOW)).toEqual([])
  })

  it('are removed without the other files of their folder', async () => {
    await removeKeys(await keysThatRanOut(folder, 8, NOW))
    expect(await readdir(path.join(folder, '2026-01-23T02-00-00Z'))).toEqual(['vault.sql.gz.age'])
    expect(await keysThatRanOut(folder, 8, NOW)).toEqual([])
  })
})
