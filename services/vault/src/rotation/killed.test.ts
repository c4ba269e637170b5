import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { until } from '@protectmyapi/dev-kit/until'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { loadConfig } from '../config.js'
import { type OpenVault, openVault } from '../open-vault.js'
import { aPut } from '../test/vault-core.js'
import { type VaultProcesses, vaultProcesses } from '../test/vault-process.js'
import { type Put, putSecret } from '../versions/put-secret.js'
import { shredOrganization } from '../versions/shred-organization.js'
import { versionStore } from '../versions/version-store.js'
import { activeKey } from './active-key.js'

const organizationId = newId('organization')
/** More than one page. */
const SECRETS = 70

let processes: VaultProcesses
let env: VaultProcesses['env']
let puts: readonly Put[]

const openHere = (): Promise<OpenVault> =>
  openVault(
    loadConfig({ ...env }, (path) => readFileSync(path, 'utf8')),
    { log: memoryLog().log, clock: manualClock() },
  )

beforeAll(async () => {
  processes = await vaultProcesses()
  env = processes.env
  await processes.superuser.raw('GRANT USAGE ON SCHEMA public TO ??', [processes.role])
  expect(await processes.run(['migrate'])).toMatchObject({ code: 0 })
  puts = Array.from({ length: SECRETS }, (_, index) => aPut({ organizationId, value: `sk-${index}` }))
  await withVaultHere(async (vault) => {
    for (const put of puts) await putSecret(vault)(put)
  })
}, 60_000)
afterAll(() => processes.close(), 30_000)

describe('a rotation whose process is killed', () => {
  it.each<[string, string, string]>([
    ['stores the wrapped bytes of the new key', 'keys', 'BEFORE INSERT ON wrapped_keys'],
    ['says that the new key seals', 'vault', 'BEFORE UPDATE OF version ON data_keys'],
    ['writes the first version that it has sealed anew', 'vault', 'BEFORE UPDATE OF sealed ON versions'],
    ['writes one of the second page', 'vault', 'BEFORE UPDATE OF sealed ON versions'],
    ['raises the floor', 'vault', 'BEFORE UPDATE OF floor ON data_keys'],
  ])(
    'while it %s leaves every secret openable',
    async (what, database, when) => {
      const db = database === 'keys' ? processes.superuserOfKeys : processes.superuser
      const secondPage = what.includes('second page')
      const hold = await holdAt(db, when, secondPage ? await lastSecretId() : undefined)
      await killedAt(hold, ['rotate-data-keys', '--now', organizationId])
      await everythingOpens()
    },
    60_000,
  )

  it('finishes when the command is run again: no version is below the floor, and every secret opens', async () => {
    expect(await processes.run(['rotate-data-keys', '--now', organizationId])).toMatchObject({ code: 0 })
    await everythingOpens()
    await withVaultHere(async ({ vaultDb }) => {
      const { ref, floor } = await activeKey(vaultDb, organizationId)
      expect(floor).toBe(ref.keyVersion)
      const versions = await vaultDb('versions').distinct('key_version')
      expect(versions).toEqual([{ key_version: ref.keyVersion }])
    })
    const told = await processes.run(['data-keys'])
    expect(told).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\{"masterKey":"file:[0-9a-f]{16}","keys":\d+\}\n$/),
    })
  }, 60_000)
})

describe('a change of the master key whose process is killed', () => {
  beforeAll(async () => {
    const file = await processes.file('other-key', randomBytes(32).toString('base64'))
    env = { ...env, PMA_KMS_KEY_FILE: file, PMA_KMS_OTHER_KEY_FILES: env.PMA_KMS_KEY_FILE ?? '' }
  })

  it.each([
    ['writes a key that it has wrapped anew', 'BEFORE UPDATE OF wrapped ON wrapped_keys'],
    ['says that all is done', 'BEFORE UPDATE OF done_at ON rewrap'],
  ])(
    'while it %s leaves every secret openable',
    async (_what, when) => {
      await killedAt(await holdAt(processes.superuserOfKeys, when, undefined), ['rewrap-data-keys'])
      await everythingOpens()
      // The dead process's claim lasts ten seconds.
      await processes.superuserOfKeys('rewrap').update({ worked_until: null })
    },
    60_000,
  )

  it('finishes when the command is run again: the new master key alone opens every secret', async () => {
    expect(await processes.run(['rewrap-data-keys'], env)).toMatchObject({ code: 0 })
    const { PMA_KMS_OTHER_KEY_FILES: _former, ...changed } = env
    env = changed
    await everythingOpens()
  }, 60_000)
})

describe('a shredding whose process is killed', () => {
  it('between its two databases has destroyed the versions, refuses puts, and is finished by the next shredding', async () => {
    const hold = await holdAt(processes.superuserOfKeys, 'BEFORE DELETE ON wrapped_keys', undefined)
    const asked: Promise<unknown>[] = []
    const ended = await processes.run([], env, {
      onLine(line, child) {
        const [, port] = /"port":(\d+)/.exec(line) ?? []
        if (port === undefined) return
        asked.push(processes.shred(Number(port), organizationId).catch(({ code }) => code))
        void hold.reached().then(() => child.kill('SIGKILL'))
      },
    })
    expect([ended.code, await Promise.all(asked)]).toEqual([null, ['UNAVAILABLE']])
    await hold.undo()
    const wrapped = () => processes.superuserOfKeys('wrapped_keys').where({ organization_id: organizationId })
    expect(await wrapped()).not.toEqual([])
    await withVaultHere(async (vault) => {
      const [put] = puts
      if (!put) throw new Error('nothing was put')
      expect(await versionStore(vault.vaultDb).find(put)).toMatchObject({ state: 'destroyed' })
      await expect(putSecret(vault)(aPut({ organizationId }))).rejects.toMatchObject({ code: 'CONFLICT' })
      await shredOrganization(vault)(organizationId)
    })
    expect(await wrapped()).toEqual([])
  }, 60_000)
})

type Hold = Awaited<ReturnType<typeof holdAt>>

async function killedAt(hold: Hold, words: readonly string[]): Promise<void> {
  const ended = await processes.run(words, env, {
    onStart: (child) => void hold.reached().then(() => child.kill('SIGKILL')),
  })
  expect(ended).toMatchObject({ code: null })
  await hold.release()
}

async function withVaultHere(work: (vault: OpenVault) => Promise<void>): Promise<void> {
  const vault = await openHere()
  try {
    await work(vault)
  } finally {
    vault.keys.clear()
    await Promise.all([vault.vaultDb.destroy(), vault.vaultKeysDb.destroy()])
  }
}

async function everythingOpens(): Promise<void> {
  await withVaultHere(async ({ vaultDb, openVersion }) => {
    const { floor } = await activeKey(vaultDb, organizationId)
    for (const [index, put] of puts.entries()) {
      const version = await versionStore(vaultDb).find(put)
      if (version?.state !== 'stored') throw new Error('a version is gone')
      const { value } = await openVersion(version, { ...put, floor })
      expect(value.reveal().toString()).toBe(`sk-${index}`)
    }
  })
}

async function lastSecretId(): Promise<string> {
  const row = await processes.superuser('versions').max<{ last: string }[]>({ last: 'secret_id' })
  return row[0]?.last ?? ''
}

/** Blocks every statement that reaches this point, until it is released. */
async function holdAt(db: Knex, when: string, secretId: string | undefined) {
  const holder = await db.transaction()
  await holder.raw('SELECT pg_advisory_xact_lock(4711)')
  const condition = secretId === undefined ? '' : `WHEN (OLD.secret_id = '${secretId}')`
  await db.raw(`
    CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN coalesce(NEW, OLD); END $$;
    CREATE TRIGGER hold ${when} FOR EACH ROW ${condition} EXECUTE FUNCTION hold();
  `)
  const WAITING = `FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted`
  const waiting = async (): Promise<true | undefined> => {
    const { rows } = await db.raw(`SELECT 1 ${WAITING}`)
    return rows.length > 0 || undefined
  }
  return {
    reached: () => until(waiting, 30_000),
    /** Rolls back, as if the connection had been cut before the statement arrived. */
    async undo() {
      await db.raw(`SELECT pg_terminate_backend(pid) ${WAITING}`)
      await this.release()
    },
    async release() {
      await holder.rollback()
      // A blocked statement continues, finds no client to answer, and ends.
      await until(async () => ((await waiting()) ? undefined : true), 10_000)
      const table = when.split(' ').at(-1)
      await db.raw(`DROP TRIGGER hold ON ${table}; DROP FUNCTION hold()`)
    },
  }
}
