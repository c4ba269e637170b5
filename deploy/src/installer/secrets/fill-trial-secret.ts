import { randomBytes } from 'node:crypto'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { randomPassword } from '../../system/local-files.js'
import type { SecretStore } from './secret-store.js'

const ROLES = ['vault', 'vault_keys', 'management'].flatMap((name) => [`${name}_runtime`, `${name}_migrator`])

/**
 * The command `trial-secrets`: makes the passwords and the key file of a trial, where they are missing. Never changes
 * one.
 */
export async function fillTrialSecret(secrets: SecretStore, name: string, log: Logger): Promise<void> {
  const { data, version } = await secrets.read(name)
  const missing = new Map([...wanted(data)].filter(([key]) => !data.has(key)))
  if (missing.size > 0) await secrets.write(name, missing, version)
  log.info({ made: [...missing.keys()] }, missing.size === 0 ? 'nothing is missing' : 'secrets were made')
}

function wanted(known: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const passwords = ['postgres', 'owner', ...ROLES].map((name) => [`${name}.password`, randomPassword()] as const)
  const redis = known.get('redis.password') ?? randomPassword()
  return new Map([
    ...passwords,
    ['kms.key', randomBytes(32).toString('base64')],
    ['redis.password', redis],
    // A file, because every process could read an argument. Nothing is evicted, because Redis holds records that are
    // not drained yet.
    [
      'redis.conf',
      [
        `requirepass ${redis}`,
        'dir /data',
        'appendonly yes',
        'save ""',
        'maxmemory 256mb',
        'maxmemory-policy noeviction',
        '',
      ].join('\n'),
    ],
  ])
}
