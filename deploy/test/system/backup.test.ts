import { execFile } from 'node:child_process'
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import { Decrypter, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption'
import pg from 'pg'
import { backupConfig } from '../../src/backup/backup-config.js'
import { backUpLocal, restoreLocal } from '../../src/operate-backups.js'
import { dropDatabases } from '../../src/system/databases.js'
import { inheritedEnvironment, type LauncherConfig, randomPrefix } from '../../src/system/launcher-config.js'
import { type Provisioned, provision } from './provision.js'
import { silentProgress } from './silent-progress.js'
import { type StandIn, startStandIn } from './stand-in.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'

const SLUGS = ['first', 'second', 'third'] as const
/** Clears a terminal, then prints something on a line of its own: in the form that COPY reads. */
const OBEYED = '\u001b[2J\u009b2J\u0007\\nRestored.'
const SHOWN = String.raw`\u{1b}[2J\u{9b}2J\u{7}\u{a}Restored.`

describe('a backup', () => {
  let system: TestSystem
  let restored: TestSystem | undefined
  let provider: StandIn
  let folder = ''
  let identity = ''
  let recipient = ''
  let made = ''
  const values = new Map<string, string>()
  const targets = new Map<string, Provisioned>()

  beforeAll(async () => {
    system = await startTestSystem({ redis: 'none' })
    provider = await startStandIn({
      keyOf: ({ headers }) => headers.authorization?.slice(7),
      answer: () => ({ body: {} }),
    })
    for (const slug of SLUGS) {
      const value = system.planter.plant('sk-backup-')
      values.set(slug, value)
      targets.set(slug, await provision(system, { slug, origin: provider.origin, value }))
    }
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-backup-'))
    identity = path.join(folder, 'identity')
    const secret = await generateIdentity()
    recipient = await identityToRecipient(secret)
    await writeFile(identity, `# a comment\n${secret}\n`)
    await backUpLocal(options(system.running.config, { RECIPIENT: recipient }))
    made = path.join(folder, (await readdir(folder)).find((name) => /^\d{4}.*Z$/.test(name)) ?? '')
  }, 60_000)

  afterAll(async () => {
    await restored?.stop()
    await system?.stop()
    await provider?.stop()
    await rm(folder, { recursive: true, force: true })
  }, 60_000)

  function options(config: LauncherConfig, given: Record<string, string>) {
    const backups = backupConfig({ BACKUPS: folder, IDENTITY: identity, ...given }, folder)
    return { config, backups, inherited: inheritedEnvironment(process.env), progress: silentProgress }
  }

  /** The provider's status for the key that arrives, by the service's slug. */
  async function statuses({ proxy }: TestSystem): Promise<Record<string, number>> {
    const answers = SLUGS.map(async (slug) => {
      const headers = { authorization: `Bearer ${targets.get(slug)?.token}` }
      const answer = await fetch(`${proxy}/v1/p/${slug}/echo`, { headers })
      await answer.body?.cancel()
      return [slug, answer.status] as const
    })
    return Object.fromEntries(await Promise.all(answers))
  }

  it('is encrypted with age, and holds no value, no password and no key in clear', async () => {
    const sealed = await Promise.all((await readdir(made)).map((name) => readFile(path.join(made, name))))
    expect((await readdir(made)).sort()).toEqual(
      ['key-file.json.gz.age', 'management.sql.gz.age', 'vault.sql.gz.age', 'vault_keys.sql.gz.age'].sort(),
    )
    expect(sealed.every((bytes) => bytes.toString('latin1').startsWith('age-encryption.org/v1\n'))).toBe(true)
    const key = (await readFile(path.join(system.running.config.stateDir, 'secrets', 'kms.key'), 'utf8')).trimEnd()
    const searched = [key, system.running.owner.password, ...values.values()]
    expect(sealed.flatMap((bytes) => searched.filter((text) => bytes.includes(text)))).toEqual([])
  })

  it('that is restored into an empty folder opens every secret, also those replaced or deleted since', async () => {
    const [first, second] = SLUGS.map((slug) => targets.get(slug)?.secretId ?? '')
    await system.owner.put(`${system.org}/secrets/${first}/value`, { value: system.planter.plant('sk-later-') })
    await system.owner.remove(`${system.org}/services/${targets.get('second')?.serviceId}`)
    await system.owner.remove(`${system.org}/secrets/${second}`)
    await system.running.runVault(['rotate-data-keys', '--now'])
    restored = await startTestSystem({
      redis: 'none',
      prepare: (config) => restoreLocal(options(config, { BACKUP: made })),
    })
    provider.accept(...values.values())
    expect(await statuses(restored)).toEqual({ first: 200, second: 200, third: 200 })
    // The restored keys really arrive, because the provider accepts no other.
    expect(new Set(provider.received.map(({ headers }) => headers.authorization))).toEqual(
      new Set([...values.values()].map((value) => `Bearer ${value}`)),
    )
  }, 60_000)

  it('that was restored has an audit chain that verifies', async () => {
    const { management = '', org = '', running } = restored ?? {}
    const signedIn = await fetch(`${management}/api/v1/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(running?.owner),
    })
    const { token } = (await signedIn.json()) as { token: string }
    const headers = { authorization: `Bearer ${token}` }
    const verdict = await fetch(`${management}/api/v1${org}/audit/verify`, { headers })
    const lines = (await verdict.text()).trimEnd().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ ok: true, breaks: [] })
  }, 30_000)

  describe('is not restored', () => {
    const drops: string[] = []

    afterAll(async () => {
      for (const prefix of drops) await dropDatabases(process.env.PMA_TEST_POSTGRES_URL ?? '', prefix)
    })

    /** Copies the backup, damages it with `harm`, and restores the copy into an empty folder. */
    async function restoreHarmed(
      harm: (copy: string) => Promise<void>,
      given: Record<string, string> = {},
    ): Promise<{ error: string; left: string[] }> {
      const copy = await mkdtemp(path.join(folder, 'copy-'))
      await cp(made, copy, { recursive: true })
      await harm(copy)
      const stateDir = await mkdtemp(path.join(folder, 'state-'))
      const databasePrefix = randomPrefix()
      drops.push(databasePrefix)
      const config = { ...system.running.config, stateDir, databasePrefix }
      const error = await restoreLocal(options(config, { BACKUP: copy, ...given })).then(
        () => 'restored',
        (cause: Error) => cause.message,
      )
      return { error, left: await readdir(stateDir) }
    }

    const vaultOf = (copy: string): string => path.join(copy, 'vault.sql.gz.age')

    it('if a bit of it is flipped', async () => {
      const harmed = await restoreHarmed(async (copy) => {
        const bytes = await readFile(vaultOf(copy))
        bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1
        await writeFile(vaultOf(copy), bytes)
      })
      expect(harmed).toEqual({ error: expect.stringContaining('vault.sql.gz.age: '), left: [] })
    })

    it('if a file of it is cut', async () => {
      const harmed = await restoreHarmed(async (copy) => {
        const bytes = await readFile(vaultOf(copy))
        await writeFile(vaultOf(copy), bytes.subarray(0, -100))
      })
      expect(harmed).toEqual({ error: expect.stringContaining('vault.sql.gz.age: '), left: [] })
    })

    it('if a part of it is missing', async () => {
      const harmed = await restoreHarmed((copy) => rm(path.join(copy, 'vault_keys.sql.gz.age')))
      expect(harmed).toEqual({
        error: expect.stringContaining('Without it no secret of this backup can be opened.'),
        left: [],
      })
    })

    it('if one of its parts is in the place of another', async () => {
      const harmed = await restoreHarmed((copy) =>
        rename(vaultOf(copy), path.join(copy, 'management.sql.gz.age')).then(() =>
          copyFile(vaultOf(made), vaultOf(copy)),
        ),
      )
      expect(harmed).toEqual({ error: expect.stringContaining('it is the backup of vault'), left: [] })
    })

    it('if one of its parts is from another backup', async () => {
      const into = await mkdtemp(path.join(folder, 'later-'))
      await backUpLocal(options(system.running.config, { RECIPIENT: recipient, BACKUPS: into }))
      const [later = ''] = await readdir(into)
      const harmed = await restoreHarmed((copy) => copyFile(vaultOf(path.join(into, later)), vaultOf(copy)))
      expect(harmed).toEqual({ error: expect.stringContaining('it is of another backup'), left: [] })
    })

    it('with another identity than its recipient’s', async () => {
      const other = path.join(folder, 'other-identity')
      await writeFile(other, await generateIdentity())
      const harmed = await restoreHarmed(() => Promise.resolve(), { IDENTITY: other })
      expect(harmed).toEqual({ error: expect.stringContaining('no identity matched'), left: [] })
    })

    it('over a system that is running', async () => {
      const { config } = restored?.running ?? system.running
      await expect(restoreLocal(options(config, { BACKUP: made, OVERWRITE: '1' }))).rejects.toThrow(
        'ProtectMyAPI is still running',
      )
    })

    it('while a service is connected to the databases, even if the folder lists no process', async () => {
      // This folder has no list of processes, but the databases are in use.
      const stateDir = await mkdtemp(path.join(folder, 'state-'))
      await cp(path.join(system.running.config.stateDir, 'secrets'), path.join(stateDir, 'secrets'), {
        recursive: true,
      })
      await copyFile(path.join(system.running.config.stateDir, 'state.json'), path.join(stateDir, 'state.json'))
      const config = { ...system.running.config, stateDir }
      await expect(restoreLocal(options(config, { BACKUP: made, OVERWRITE: '1' }))).rejects.toThrow(
        'is connected to the databases',
      )
    })

    it('over existing data unless OVERWRITE=1 is given', async () => {
      const { config } = restored?.running ?? system.running
      await restored?.running.stop()
      await expect(restoreLocal(options(config, { BACKUP: made }))).rejects.toThrow('OVERWRITE=1')
      await expect(restoreLocal(options(config, { BACKUP: made, OVERWRITE: '1' }))).resolves.toBeUndefined()
    }, 60_000)

    it('over a different master key, which stays as it is', async () => {
      const stateDir = await mkdtemp(path.join(folder, 'state-'))
      const key = path.join(stateDir, 'secrets', 'kms.key')
      await mkdir(path.dirname(key))
      await writeFile(key, 'of somebody else')
      const databasePrefix = randomPrefix()
      drops.push(databasePrefix)
      const config = { ...system.running.config, stateDir, databasePrefix }
      await expect(restoreLocal(options(config, { BACKUP: made }))).rejects.toThrow('has a different kms.key')
      expect(await readFile(key, 'utf8')).toBe('of somebody else')
    })
  })

  describe('that somebody else has made', () => {
    const prefixes: string[] = []

    afterAll(async () => {
      for (const prefix of prefixes) await dropDatabases(process.env.PMA_TEST_POSTGRES_URL ?? '', prefix)
    })

    /** Adds a row to the heads that the vault has signed. */
    const withHead = (row: Readonly<Record<string, string>>) => (script: string) =>
      script
        .replace(/(?<=-- table \{"name":"signed_heads","columns":)(\[.*\])\}\n.*\n/, (found, columns) => {
          const cells = (JSON.parse(columns) as string[]).map((column) => row[column] ?? '')
          return `${found}${cells.join('\t')}\n`
        })
        .replace(/"signed_heads":(\d+)/g, (_found, rows) => `"signed_heads":${Number(rows) + 1}`)
    const head = { chain: 'audit/org_gone', count: '9', head: `\\\\x${'00'.repeat(32)}`, signed_at_ms: '0' }

    it.each([
      ['a head', (script: string) => script.replace('-- protectmyapi backup ', '$&\u001b[2J'), 1, 'is not valid JSON'],
      ['a migration', (script: string) => script.replace('"migrations":[', '$&"\\u001b[2J",'), 1, 'must match pattern'],
      ['a number', withHead({ ...head, count: OBEYED }), 1, `invalid input syntax for type bigint: "${SHOWN}"`],
      ['a name', withHead({ ...head, chain: OBEYED }), 0, `the vault has signed more of ${SHOWN} than management has`],
    ])(
      'sends no control character to the terminal by %s',
      async (_what, forge, expectedCode, expected) => {
        const forged = await mkdtemp(path.join(folder, 'forged-'))
        await cp(made, forged, { recursive: true })
        const file = path.join(forged, 'vault.sql.gz.age')
        await writeFile(file, await sealed(forge(await opened(file))))
        const { code, said } = await restoreByCommand(forged)
        expect({ code, said }).toEqual({ code: expectedCode, said: expect.stringContaining(expected) })
        expect(said.match(/[^\P{Cc}\n]/gu)).toBeNull()
      },
      60_000,
    )

    async function opened(file: string): Promise<string> {
      const decrypter = new Decrypter()
      decrypter.addIdentity((await readFile(identity, 'utf8')).split('\n')[1] ?? '')
      return gunzipSync(await decrypter.decrypt(await readFile(file))).toString('utf8')
    }

    /** Anybody who knows the recipient can do this. */
    async function sealed(script: string): Promise<Uint8Array> {
      const encrypter = new Encrypter()
      encrypter.addRecipient(recipient)
      return encrypter.encrypt(gzipSync(script))
    }

    /** Runs `make restore` into an empty folder, and answers all of its output. */
    async function restoreByCommand(copy: string): Promise<{ code: number; said: string }> {
      const prefix = randomPrefix()
      prefixes.push(prefix)
      const env = {
        ...inheritedEnvironment(process.env),
        DATABASE_URL: process.env.PMA_TEST_POSTGRES_URL,
        PMA_DATABASE_PREFIX: prefix,
        PMA_LOCAL_DIR: await mkdtemp(path.join(folder, 'state-')),
        REDIS: '0',
        BACKUP: copy,
        IDENTITY: identity,
      }
      const program = path.join(system.running.config.projectDir, 'deploy', 'dist', 'main.js')
      return new Promise((resolve) =>
        execFile(process.execPath, [program, 'restore'], { env }, (err, out, said) =>
          resolve({ code: Number(err?.code ?? 0), said: out + said }),
        ),
      )
    }
  })

  describe('whose databases do not fit together', () => {
    let vault: pg.Client
    let keys: pg.Client

    beforeAll(async () => {
      const { databases } = system.running
      vault = new pg.Client({ connectionString: databases.vault.adminUrl })
      keys = new pg.Client({ connectionString: databases.vaultKeys.adminUrl })
      await Promise.all([vault.connect(), keys.connect()])
    })

    afterAll(async () => {
      await Promise.all([vault?.end(), keys?.end()])
    })

    /** The output of a backup. */
    async function said(): Promise<string> {
      const lines: string[] = []
      const into = await mkdtemp(path.join(folder, 'unfit-'))
      const progress = { ...silentProgress, say: (line: string) => void lines.push(line) }
      await backUpLocal({ ...options(system.running.config, { RECIPIENT: recipient, BACKUPS: into }), progress })
      return lines.join('\n')
    }

    it('only for a moment waits until they do, and is then complete', async () => {
      const secretId = targets.get('third')?.secretId
      await vault.query('UPDATE versions SET version_id = version_id || $2 WHERE secret_id = $1', [secretId, '-away'])
      const making = said()
      await until(async () => {
        // The first comparison has been made: the last query was the comparison, or its rollback.
        const { rowCount } = await vault.query(
          `SELECT FROM pg_stat_activity WHERE application_name = 'protectmyapi-backup'
           AND datname = current_database() AND query ~ 'unnest|signed_heads|ROLLBACK'`,
        )
        return rowCount === 0 ? undefined : true
      }, 30_000)
      await vault.query("UPDATE versions SET version_id = replace(version_id, '-away', '') WHERE secret_id = $1", [
        secretId,
      ])
      expect(await making).not.toContain('Incomplete')
    }, 60_000)

    it('for good is reported as incomplete, once for each of the three misfits', async () => {
      await vault.query('DELETE FROM versions WHERE secret_id = $1', [targets.get('third')?.secretId])
      await vault.query(
        `INSERT INTO signed_heads (chain, count, head, signed_at_ms, signature, key_id)
         VALUES ('audit/org_gone', 9, decode(repeat('00', 32), 'hex'), 0, '', '')`,
      )
      await keys.query("DELETE FROM wrapped_keys WHERE organization_id = 'org_installation'")
      expect((await said()).match(/Incomplete.*(is in force|seals|has signed more)/g)).toHaveLength(3)
    }, 60_000)
  })
})
