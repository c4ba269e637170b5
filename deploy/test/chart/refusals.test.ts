import { describe, expect, it } from '@jest/globals'
import type { Example, Values } from '../../src/chart/matrix.js'
import { refusal } from './helm.js'

const ROWS: readonly (readonly [string, Example | null, Values, string])[] = [
  ['nothing', null, {}, 'database.host, or database.vault.host: name the Postgres server'],
  ['a word that is not known', 'plain', { proxi: {} }, "at '': additional properties 'proxi' not allowed"],
  ['one further down', 'plain', { proxy: { replica: 3 } }, "at '/proxy': additional properties 'replica' not allowed"],
  [
    'one in a database',
    'plain',
    { database: { vault: { password: 'x' } } },
    "at '/database/vault': additional properties 'password' not allowed",
  ],
  ['a password', 'plain', { redis: { password: 'hunter2' } }, "at '/redis/password': got string, want object"],
  ['text for a number', 'plain', { redis: { port: '6379' } }, "at '/redis/port': got string, want integer"],
  ['a KMS that is not known', 'plain', { kms: { type: 'gcp' } }, "at '/kms/type': value must be one of 'aws', 'file'"],
  [
    'a port beyond the last',
    'plain',
    { redis: { port: 65_536 } },
    "at '/redis/port': maximum: got 65,536, want 65,535",
  ],
  [
    'a variable of ours',
    'plain',
    { vault: { extraEnv: { PMA_MODE: 'development' } } },
    "at '/vault/extraEnv/PMA_MODE'",
  ],
  ['a digest that is none', 'plain', { proxy: { image: { digest: 'latest' } } }, "at '/proxy/image/digest'"],
  ['no replicas', 'plain', { vault: { replicas: 0 } }, "at '/vault/replicas': minimum: got 0, want 1"],
  [
    'a bundled Postgres in production',
    'plain',
    { bundled: { postgres: { enabled: true } } },
    "at '/bundled/postgres/enabled': value must be false",
  ],
  [
    'a bundled Redis in production',
    'plain',
    { bundled: { redis: { enabled: true } } },
    "at '/bundled/redis/enabled': value must be false",
  ],
  [
    'a Postgres beside the bundled one',
    'development',
    { database: { host: 'x' } },
    'there is a bundled Postgres; give one of the two',
  ],
  [
    'a Redis beside the bundled one',
    'development',
    { redis: { host: 'x' } },
    'there is a bundled Redis; give one of the two',
  ],
  [
    'no password',
    'plain',
    { database: { vault: { runtime: { password: { secret: '', key: '' } } } } },
    'database.vault.runtime.password: name the Secret and the key',
  ],
  [
    'a key without its Secret',
    'plain',
    { redis: { password: { secret: '' } } },
    'redis.password: name the secret, or the secretProviderClass',
  ],
  ['a Secret without its key', 'plain', { redis: { password: { key: '' } } }, 'redis.password: name the key as well'],
  [
    'a file of two sources',
    'plain',
    { redis: { password: { secretProviderClass: 'x' } } },
    'redis.password: give a secret or a secretProviderClass, not both',
  ],
  [
    'one role for all',
    'plain',
    { database: { vault: { runtime: { user: 'vault_migrator' } } } },
    'database.vault: the role that serves must not be the one that owns the schema',
  ],
  [
    'a plain connection to Postgres',
    'plain',
    { database: { ca: { secret: '', key: '' } } },
    'database.ca: production needs the CA of the Postgres server',
  ],
  [
    'a key file without a word',
    'plain',
    { kms: { file: { acceptInProduction: false } } },
    'kms.type=file is a stand-in for a KMS',
  ],
  ['a KMS without its key', 'aws', { kms: { aws: { keyArn: '' } } }, 'kms.aws: name keyArn and region'],
  [
    'a KMS over plain HTTP',
    'aws',
    { kms: { aws: { endpoint: 'http://kms' } } },
    'kms.aws.endpoint: production needs https',
  ],
  [
    'cert-manager without an issuer',
    'plain',
    { tls: { certManager: { issuer: { name: '' } } } },
    'tls.certManager.issuer.name',
  ],
  [
    'SPIRE without its helper',
    'plain',
    { tls: { mode: 'spiffe', spiffe: { provider: 'spire' } } },
    'tls.spiffe.helperImage',
  ],
  [
    'half of an owner',
    'plain',
    { management: { bootstrap: { email: 'o@example.com' } } },
    'management.bootstrap: email and organization go together',
  ],
  [
    'an owner without a password',
    'plain',
    { management: { bootstrap: { email: 'o@example.com', organization: 'X' } } },
    'management.bootstrap.password',
  ],
  [
    'one host for both',
    'plain',
    { management: { host: 'proxy.example.com' } },
    'proxy.host and management.host are both proxy.example.com',
  ],
  [
    'management within the proxy’s wildcard',
    'plain',
    { management: { host: 'keys.proxy.example.com' } },
    'keys.proxy.example.com lies within *.proxy.example.com',
  ],
  ['an ingress without a host', 'plain', { proxy: { host: '' } }, 'proxy.host: name the host'],
  [
    'an ingress that nobody may come from',
    'plain',
    { networkPolicy: { proxyFrom: [] } },
    'networkPolicy.proxyFrom: name the ingress controller',
  ],
  [
    'a gateway without a name',
    'plain',
    { proxy: { gateway: { enabled: true } } },
    'proxy.gateway.parentRefs: name the Gateway',
  ],
  [
    'a scale upside down',
    'aws',
    { proxy: { autoscaling: { minReplicas: 30 } } },
    'proxy.autoscaling: minReplicas is above maxReplicas',
  ],
  [
    'private upstreams in production',
    'plain',
    { proxy: { privateUpstreams: ['api.internal'] } },
    'proxy.privateUpstreams: production dials public addresses',
  ],
  [
    'a demo provider in production',
    'plain',
    { test: { enabled: true, upstream: { demo: true } } },
    'test.upstream.demo',
  ],
  ['a test that may not sign in', 'plain', { test: { enabled: true } }, 'test.token: name a Secret'],
  [
    'a test without an organization',
    'plain',
    { test: { enabled: true, token: { secret: 'x', key: 'token' } } },
    'test.organization',
  ],
  [
    'certificates that outlive their authority',
    'development',
    { tls: { self: { leafDays: 200, authorityDays: 365 } } },
    'tls.self: leafDays is above a quarter of authorityDays',
  ],
]

describe('the chart refuses', () => {
  it.each(ROWS)('%s, and says what is wrong', async (_what, example, values, words) => {
    expect(await refusal(example, values)).toContain(words)
  })
})
