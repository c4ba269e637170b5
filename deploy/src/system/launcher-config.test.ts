import { describe, expect, it } from '@jest/globals'
import { ConfigError } from '@protectmyapi/service-kit/program/config'
import { inheritedEnvironment, launcherConfig } from './launcher-config.js'

describe('launcherConfig', () => {
  it('needs no variable: it has one proxy, the demo, loopback, and its state below the project', () => {
    expect(launcherConfig({}, '/project')).toMatchObject({
      proxies: 1,
      demo: true,
      host: '127.0.0.1',
      stateDir: '/project/.local',
      ports: { management: 8070, proxy: 8080 },
      redis: { kind: 'none' },
    })
  })

  it('takes HOST only if it is an address, because some shells export the machine’s name there', () => {
    expect(launcherConfig({ HOST: '0.0.0.0' }, '/project').host).toBe('0.0.0.0')
    expect(launcherConfig({ HOST: 'laptop' }, '/project').host).toBe('127.0.0.1')
  })

  it('starts the redis-server that was found, unless a server is named or none is wanted', () => {
    const found = { redisServer: '/usr/bin/redis-server' }
    const sourceOf = (env: NodeJS.ProcessEnv): unknown => launcherConfig(env, '/project', found).redis
    const REDIS_URL = 'rediss://app:p%25ss@[::1]:7000'
    expect(sourceOf({})).toEqual({ kind: 'own', binary: '/usr/bin/redis-server' })
    expect(sourceOf({ REDIS_URL, PMA_REDIS_CA_FILE: 'ca.pem', PMA_REDIS_CLUSTER: 'true' })).toEqual({
      kind: 'given',
      url: REDIS_URL,
      cluster: true,
      caFile: '/project/ca.pem',
    })
    expect(sourceOf({ REDIS: '0', REDIS_URL })).toEqual({ kind: 'none', why: 'REDIS=0' })
  })

  it.each([
    ['PROXIES', '0'],
    ['PROXIES', '99'],
    ['DEMO', 'yes'],
    ['PMA_PROXY_PORT', '70000'],
    // Checked by the rules of the services here, because the services themselves would report it only after Postgres
    // and migrations have run.
    ['PMA_HORIZON_MS', '999'],
    ['PMA_HORIZON_MS', '300001'],
    ['LOG_LEVEL', 'loud'],
    ['REDIS', 'localhost'],
    ['REDIS_URL', 'http://localhost:6379'],
    ['REDIS_URL', 'redis://localhost:6379/1'],
    ['REDIS_URL', 'redis://localhost:6379?db=1'],
    ['REDIS_URL', 'redis://:100%@localhost'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['PMA_DATABASE_PREFIX', 'a"; DROP DATABASE x; --'],
  ])('refuses %s=%s and names the variable', (name, value) => {
    expect(() => launcherConfig({ [name]: value }, '/project')).toThrow(ConfigError)
    expect(() => launcherConfig({ [name]: value }, '/project')).toThrow(name)
  })
})

describe('inheritedEnvironment', () => {
  it('drops our own variables, the options of Node and the credentials of AWS', () => {
    const env = { PATH: '/bin', PMA_VAULT_PORT: '1', NODE_OPTIONS: '--inspect', AWS_SECRET_ACCESS_KEY: 'x' }
    expect(inheritedEnvironment(env)).toEqual({ PATH: '/bin' })
  })
})
