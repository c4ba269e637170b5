import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { findRedis } from './find-redis.js'
import { findSystemRedis } from './redis-binary.js'

describe('finding a Redis', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-find-redis-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  /** A program that reports this version. */
  const program = async (name: string, version: string): Promise<string> => {
    const bin = path.join(folder, name)
    await mkdir(bin)
    const file = path.join(bin, 'redis-server')
    await writeFile(file, `#!/bin/sh\necho 'Redis server v=${version} sha=00000000:0 malloc=libc bits=64 build=0'\n`)
    await chmod(file, 0o755)
    return bin
  }

  it('takes the first on the PATH that is 6.2 or later', async () => {
    const folders = [await program('old', '6.0.16'), await program('new', '6.2.0'), await program('newer', '7.0.15')]
    expect(await findSystemRedis(folders.join(path.delimiter))).toBe(path.join(folder, 'new', 'redis-server'))
  })

  it('finds nothing through a relative, empty or missing PATH', async () => {
    await program('here', '7.0.15')
    expect(await findSystemRedis(path.relative(process.cwd(), path.join(folder, 'here')))).toBe(undefined)
    expect(await findSystemRedis('')).toBe(undefined)
    expect(await findSystemRedis(undefined)).toBe(undefined)
  })

  it('installs nothing when the PATH already has one', async () => {
    const bin = await program('bin', '7.2.0')
    const said: string[] = []
    const found = await findRedis({ searchPath: bin, folder: '/nowhere', say: (line) => said.push(line) })
    expect(found).toEqual({ kind: 'found', binary: path.join(bin, 'redis-server') })
    expect(said).toEqual([])
  })
})
