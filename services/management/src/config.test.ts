import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { ConfigError } from '@protectmyapi/service-kit/program/config'
import { loadConfig } from './config.js'

const ENV = {
  PMA_MODE: 'development',
  PMA_TLS_CERT_FILE: '/c',
  PMA_TLS_KEY_FILE: '/k',
  PMA_TLS_CA_FILE: '/ca',
  PMA_VAULT_ADDRESS: 'vault:8060',
  PMA_MANAGEMENT_DB_HOST: 'postgres',
  PMA_MANAGEMENT_DB_USER: 'management_runtime',
  PMA_MANAGEMENT_DB_PASSWORD_FILE: '/password',
  PMA_SETUP_TOKEN_FILE: '/token',
}

/** @param token content of the set-up token's file. */
const load = (more: Record<string, string> = {}, token = 'a-token-of-20-chars-') =>
  loadConfig({ ...ENV, ...more }, (path) => (path === '/token' ? token : 'a password'))

describe('management’s environment', () => {
  it.each([
    ['PMA_HORIZON_MS', '1000', '300000', 'horizonMs'],
    ['PMA_SIGNING_KEY_DAYS', '1', '365', 'signingKeyDays'],
    ['PMA_ACCESS_LOG_DAYS', '7', '3650', 'accessLogDays'],
  ] as const)('accepts %s from %s to %s and refuses values beyond', (name, least, most, field) => {
    expect([load({ [name]: least })[field], load({ [name]: most })[field]]).toEqual([Number(least), Number(most)])
    for (const beyond of [Number(least) - 1, Number(most) + 1])
      expect(() => load({ [name]: String(beyond) })).toThrow(ConfigError)
  })

  it('refuses a set-up token of fewer than 20 characters without printing it', () => {
    expect(load().firstRun.setupToken?.reveal()).toBe('a-token-of-20-chars-')
    expect(() => load({}, 'only-19-characters-')).toThrow(ConfigError)
    expect(() => load({}, 'only-19-characters-')).not.toThrow(/only-19/)
  })

  it('refuses a folder of the dashboard without a page that it can read, and says what to do', () => {
    const read = (path: string): string => {
      if (path === '/pages/index.html') throw new Error('ENOENT')
      return 'a long enough password'
    }
    expect(() => loadConfig({ ...ENV, PMA_DASHBOARD_DIR: '/pages' }, read)).toThrow(
      new ConfigError(
        'The environment cannot be used:\n  PMA_DASHBOARD_DIR: cannot read /pages/index.html: ENOENT; build the dashboard (make build), or leave the variable out',
      ),
    )
    expect(loadConfig(ENV, read).dashboard).toBeUndefined()
  })

  it('takes another root than Apple’s in development alone: its holder could pass for any app', () => {
    expect([load().appAttestRoot, load({ PMA_APP_ATTEST_ROOT_FILE: '/root' }).appAttestRoot]).toEqual([
      null,
      'a password',
    ])
    const production = { PMA_MODE: 'production', PMA_APP_ATTEST_ROOT_FILE: '/root' }
    expect(() => load(production)).toThrow(/PMA_APP_ATTEST_ROOT_FILE: production accepts keys that Apple attested/)
  })

  it('lists all problems at once: wrong files, and settings that do not go together', () => {
    const given = {
      PMA_MODE: 'production',
      PMA_MANAGEMENT_TLS_CERT_FILE: '/cert',
      PMA_BOOTSTRAP_EMAIL: 'owner@demo.example',
      PMA_REDIS_HOST: 'redis',
      PMA_REDIS_CA_FILE: '/redis-ca',
      PMA_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1',
    }
    expect(() => load(given, 'guessable')).toThrow(
      [
        'The environment cannot be used:',
        '  PMA_MANAGEMENT_TLS_CERT_FILE and PMA_MANAGEMENT_TLS_KEY_FILE must be set together',
        '  PMA_SETUP_TOKEN_FILE: give at least 20 random characters',
        '  PMA_BOOTSTRAP_EMAIL, PMA_BOOTSTRAP_PASSWORD_FILE and PMA_BOOTSTRAP_ORGANIZATION must be set together',
        '  PMA_REDIS_CA_FILE: it is only used with PMA_REDIS_TLS=true',
        '  PMA_ALLOW_PRIVATE_UPSTREAMS: it is only allowed with PMA_MODE=development',
      ].join('\n'),
    )
  })

  it('opens as many connections to Postgres as docs/operations.md states', async () => {
    const { db, dataPlaneDb } = load()
    const told = await readFile(path.join(import.meta.dirname, '../../../docs/operations.md'), 'utf8')
    // One more connection, for LISTEN.
    const all = (db.poolMax ?? 0) + (dataPlaneDb.poolMax ?? 0) + 1
    expect(told).toContain(`A management has up to ${all}: ${db.poolMax} for people`)
  })

  it('refuses exempt private upstreams in production', () => {
    const exempt = { PMA_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1' }
    expect(load(exempt).privateUpstreams).toEqual(new Set(['127.0.0.1']))
    expect(() => load({ ...exempt, PMA_MODE: 'production' })).toThrow(ConfigError)
  })
})
