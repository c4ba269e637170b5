import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { parseEnvironment } from '../program/config.js'
import { redisEnvironment, redisTarget } from './redis-config.js'

const target = (env: NodeJS.ProcessEnv, files: Readonly<Record<string, string>> = {}) =>
  redisTarget(parseEnvironment(z.object(redisEnvironment), env), (path) => files[path] ?? '')

describe('the variables of Redis', () => {
  it('name no Redis when no host is set', () => {
    expect(target({ PMA_REDIS_PORT: '6380' })).toBeNull()
  })

  it('are separate parts, so that a password needs no encoding for a URL', () => {
    const env = {
      PMA_REDIS_HOST: 'cache',
      PMA_REDIS_USERNAME: 'pma',
      PMA_REDIS_PASSWORD_FILE: '/p',
      PMA_REDIS_TLS: 'true',
    }
    const { password, ...rest } = target(env, { '/p': 'a@/?%b\n' }) ?? {}
    expect(password?.()).toBe('a@/?%b')
    expect(rest).toEqual({
      host: 'cache',
      port: 6379,
      username: 'pma',
      tls: true,
      ca: undefined,
      cluster: false,
    })
  })

  it('refuse a CA without TLS: it would protect nothing', () => {
    expect(() => target({ PMA_REDIS_HOST: 'cache', PMA_REDIS_CA_FILE: '/ca' })).toThrow(/PMA_REDIS_TLS=true/)
  })
})
