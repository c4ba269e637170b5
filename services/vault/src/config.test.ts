import { describe, expect, it } from '@jest/globals'
import { ConfigError } from '@protectmyapi/service-kit/program/config'
import { describeEnvironment, loadConfig, loadMigrateConfig } from './config.js'

const ENV = {
  PMA_TLS_CERT_FILE: '/tls/cert',
  PMA_TLS_KEY_FILE: '/tls/key',
  PMA_TLS_CA_FILE: '/tls/ca',
  PMA_VAULT_DB_HOST: 'db',
  PMA_VAULT_DB_USER: 'vault_runtime',
  PMA_VAULT_DB_PASSWORD_FILE: '/secrets/vault',
  PMA_VAULT_KEYS_DB_HOST: 'keysdb',
  PMA_VAULT_KEYS_DB_USER: 'vault_keys_runtime',
  PMA_VAULT_KEYS_DB_PASSWORD_FILE: '/secrets/vault-keys',
  PMA_KMS: 'aws',
  PMA_KMS_KEY_ARN: 'arn:aws:kms:eu-central-1:000000000000:key/a',
  AWS_REGION: 'eu-central-1',
}
const readFile = (path: string): string => `contents of ${path}\n`
const load = (given: Record<string, string | undefined> = {}) => loadConfig({ ...ENV, ...given }, readFile)

describe('the configuration of the vault', () => {
  it('is complete, with its defaults, when all variables without a default are set', () => {
    expect(load()).toMatchObject({
      host: '0.0.0.0',
      port: 8060,
      trustDomain: 'protectmyapi.local',
      namespace: 'protectmyapi',
      vaultDb: {
        host: 'db',
        port: 5432,
        database: 'vault',
        user: 'vault_runtime',
      },
      vaultKeysDb: {
        host: 'keysdb',
        port: 5432,
        database: 'vault_keys',
        user: 'vault_keys_runtime',
      },
      kms: { kind: 'aws', keyArn: ENV.PMA_KMS_KEY_ARN, otherKeyArns: [], region: 'eu-central-1' },
      dataKeyDays: 90,
      vaultKeysBackupDays: 7,
    })
  })

  it('reads the database passwords from their files when they are asked for', async () => {
    const said: Record<string, string> = { '/secrets/vault': 'a\n', '/secrets/vault-keys': 'b\n' }
    const { vaultDb, vaultKeysDb } = loadConfig(ENV, (path) => said[path] ?? 'PEM')
    const passwords = await Promise.all(
      [vaultDb, vaultKeysDb].map(({ password }) => (typeof password === 'string' ? undefined : password())),
    )
    expect(passwords).toEqual(['a', 'b'])
  })

  it('names every missing variable in one error', () => {
    const names = Object.keys(ENV).filter((name) => !/^(PMA_KMS_KEY_ARN|AWS_REGION)$/.test(name))
    try {
      loadConfig({}, readFile)
      throw new Error('not refused')
    } catch (err) {
      expect(err).toBeInstanceOf(ConfigError)
      for (const name of names) expect(String(err)).toContain(name)
    }
  })

  it('names every unreadable file and every contradiction in one error', () => {
    const elsewhere = { AWS_REGION: 'eu-central-2', AWS_ENDPOINT_URL_KMS: 'http://localstack:4566' }
    const given = { ...ENV, ...elsewhere, PMA_VAULT_DB_CA_FILE: '/ca', OTEL_RESOURCE_ATTRIBUTES: 'no pair' }
    const unreadable = (path: string): string => {
      throw new Error(`no ${path}`)
    }
    expect(() => loadConfig(given, unreadable)).toThrow(
      [
        'The environment cannot be used:',
        '  PMA_VAULT_DB_CA_FILE: cannot read /ca: no /ca',
        '  PMA_VAULT_DB_PASSWORD_FILE: cannot read /secrets/vault: no /secrets/vault',
        '  PMA_VAULT_KEYS_DB_PASSWORD_FILE: cannot read /secrets/vault-keys: no /secrets/vault-keys',
        `  AWS_REGION is eu-central-2, and ${ENV.PMA_KMS_KEY_ARN} is elsewhere: give the region of PMA_KMS_KEY_ARN, and in PMA_KMS_OTHER_KEY_ARNS keys of that region alone`,
        '  AWS_ENDPOINT_URL_KMS: production needs https',
        '  OTEL_RESOURCE_ATTRIBUTES: give key=value, separated by commas, with values percent-encoded',
      ].join('\n'),
    )
  })

  it('does not read what Kubernetes injects for a Service named vault', () => {
    expect(load({ VAULT_PORT: 'tcp://10.0.0.1:8060' }).port).toBe(8060)
  })

  it.each([
    { PMA_KMS: 'none' },
    { PMA_KMS_KEY_ARN: undefined },
    { PMA_KMS_KEY_ARN: 'alias/a' },
    { AWS_REGION: 'eu-central-2' },
    { PMA_KMS_OTHER_KEY_ARNS: 'arn:aws:kms:us-east-1:000000000000:key/b' },
    { PMA_KMS_OTHER_KEY_ARNS: 'alias/b' },
    { PMA_DATA_KEY_DAYS: '0' },
    { PMA_HEAD_KEY_DAYS: '0' },
    { PMA_LEASE_AUDIT_DAYS: '6' },
    { PMA_LEASE_AUDIT_DAYS: '3651' },
    { PMA_VAULT_KEYS_BACKUP_DAYS: 'a week' },
    { AWS_REGION: undefined },
    { PMA_VAULT_PORT: 'tcp://10.0.0.1:8060' },
    { PMA_KMS: 'file' },
    { AWS_ENDPOINT_URL_KMS: 'http://localstack:4566' },
    { AWS_ENDPOINT_URL: 'http://localstack:4566', AWS_ENDPOINT_URL_KMS: 'https://kms.example.com' },
  ])('refuses %j', (given) => {
    expect(() => load(given)).toThrow(ConfigError)
  })

  it('accepts a key file in production only with PMA_ALLOW_KEY_FILE=true, and in development without it', () => {
    const file = { PMA_KMS: 'file', PMA_KMS_KEY_FILE: '/keys/master' }
    expect(() => load(file)).toThrow(/PMA_ALLOW_KEY_FILE=true/)
    expect(() => load({ ...file, PMA_MODE: 'production', PMA_ALLOW_KEY_FILE: 'false' })).toThrow(ConfigError)
    for (const mode of [{ PMA_ALLOW_KEY_FILE: 'true' }, { PMA_MODE: 'development' }]) {
      expect(load({ ...file, ...mode }).kms).toEqual({ kind: 'file', path: '/keys/master', otherPaths: [] })
    }
  })

  it('accepts further master keys that only unwrap, beside the one that wraps', () => {
    const others = ['arn:aws:kms:eu-central-1:000000000000:key/b', 'arn:aws:kms:eu-central-1:000000000000:alias/c']
    expect(load({ PMA_KMS_OTHER_KEY_ARNS: others.join(', ') }).kms).toMatchObject({ otherKeyArns: others })
    const file = { PMA_MODE: 'development', PMA_KMS: 'file', PMA_KMS_KEY_FILE: '/new', PMA_KMS_OTHER_KEY_FILES: '/old' }
    expect(load(file).kms).toMatchObject({ path: '/new', otherPaths: ['/old'] })
  })

  it('accepts another KMS endpoint, with plain HTTP only in development', () => {
    const endpoint = 'http://localstack:4566'
    expect(load({ PMA_MODE: 'development', AWS_ENDPOINT_URL_KMS: endpoint }).kms).toMatchObject({ endpoint })
    expect(load({ PMA_MODE: 'development', AWS_ENDPOINT_URL: endpoint }).kms).toMatchObject({ endpoint })
    const own = { AWS_ENDPOINT_URL: 'https://all.example.com', AWS_ENDPOINT_URL_KMS: 'https://kms.example.com' }
    expect(load(own).kms).toMatchObject({ endpoint: 'https://kms.example.com' })
  })

  it('is refused in production with the name of every AWS endpoint without TLS', () => {
    const plain = { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_KMS: 'HTTP://b', AWS_ENDPOINT_URL_STS: 'http://c' }
    expect(() => load(plain)).toThrow(
      Object.keys(plain)
        .map((name) => `  ${name}: production needs https`)
        .join('\n'),
    )
  })

  it('of the migrate command names the migrating roles and the runtime roles', () => {
    const migrators = {
      PMA_VAULT_DB_MIGRATOR_USER: 'vault_owner',
      PMA_VAULT_DB_MIGRATOR_PASSWORD_FILE: '/secrets/owner',
      PMA_VAULT_KEYS_DB_MIGRATOR_USER: 'vault_keys_owner',
      PMA_VAULT_KEYS_DB_MIGRATOR_PASSWORD_FILE: '/secrets/keys-owner',
    }
    expect(loadMigrateConfig({ ...ENV, ...migrators }, readFile)).toMatchObject({
      vault: {
        owner: { user: 'vault_owner', password: 'contents of /secrets/owner', database: 'vault' },
        runtimeRole: 'vault_runtime',
      },
      vaultKeys: { owner: { user: 'vault_keys_owner', database: 'vault_keys' }, runtimeRole: 'vault_keys_runtime' },
    })
  })

  it('is described completely by --help', () => {
    for (const name of Object.keys(ENV)) expect(describeEnvironment()).toContain(name)
    expect(describeEnvironment()).not.toMatch(/PMA_\w+ *$/m)
  })
})
