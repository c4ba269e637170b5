import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { removeLeftClusters } from './cluster-folder.js'

it('the Postgres clusters of runs that have ended are removed, and all other folders are kept', async () => {
  const parent = await mkdtemp(path.join(os.tmpdir(), 'clusters-'))
  const { pid: ended } = spawnSync(process.execPath, ['--version'])
  const left = `protectmyapi-test-postgres-${ended}-abcdef`
  const kept = [`another-${ended}-abcdef`, `protectmyapi-test-postgres-${process.pid}-abcdef`]
  await Promise.all([left, ...kept].map((name) => mkdir(path.join(parent, name, 'cluster'), { recursive: true })))
  await removeLeftClusters(parent)
  expect((await readdir(parent)).sort()).toEqual(kept)
  await rm(parent, { recursive: true })
})
