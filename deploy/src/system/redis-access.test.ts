import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { redisAccess, redisEnvironment, urlForPeople } from './redis-access.js'

describe('the services’ access to Redis', () => {
  let folder = ''
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(os.tmpdir(), 'pma-redis-access-')), 'secrets')
  })
  afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }))

  it('is given as variables for the URL’s parts, and as a password file of mode 0600', async () => {
    const url = 'rediss://app:p%25ss%2F@[::1]:7000'
    const env = redisEnvironment(await redisAccess({ url, cluster: true, caFile: '/ca.pem' }, folder))
    const passwordFile = path.join(folder, 'redis-client.password')
    expect(env).toEqual({
      PMA_REDIS_HOST: '::1',
      PMA_REDIS_PORT: '7000',
      PMA_REDIS_USERNAME: 'app',
      PMA_REDIS_PASSWORD_FILE: passwordFile,
      PMA_REDIS_TLS: 'true',
      PMA_REDIS_CA_FILE: '/ca.pem',
      PMA_REDIS_CLUSTER: 'true',
    })
    expect(await readFile(passwordFile, 'utf8')).toBe('p%ss/\n')
    expect((await stat(passwordFile)).mode & 0o777).toBe(0o600)
  })

  it('has the usual port, and neither user nor password, when the URL names none', async () => {
    expect(redisEnvironment(await redisAccess({ url: 'redis://cache.example', cluster: false }, folder))).toEqual({
      PMA_REDIS_HOST: 'cache.example',
      PMA_REDIS_PORT: '6379',
      PMA_REDIS_TLS: 'false',
      PMA_REDIS_CLUSTER: 'false',
    })
  })

  it('sets no variable when there is no Redis', () => {
    expect(redisEnvironment(undefined)).toEqual({})
  })

  it('is shown to people without the password', () => {
    expect(urlForPeople('redis://app:secret@127.0.0.1:8055')).toBe('redis://127.0.0.1:8055')
  })
})
