import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { RunningSystem } from '../../src/system/start-system.js'

/** Makes secret values that are searched for afterwards. */
export interface Planter {
  /** With characters that URL-encoding changes; valid in a header. */
  plant(prefix: string): string
  readonly planted: readonly string[]
}

export function createPlanter(): Planter {
  const planted: string[] = []
  return {
    planted,
    plant(prefix) {
      const value = `${prefix}${randomBytes(18).toString('base64url')}/+=${randomBytes(6).toString('hex')}`
      planted.push(value)
      return value
    },
  }
}

/** Where a planted value was found, in which form. */
export interface Leak {
  readonly place: string
  readonly form: string
}

/**
 * Searches every row of every table of the three databases, everything in Redis, and every log. Rows as text show bytes
 * in hex.
 */
export async function findLeaks(system: RunningSystem, planted: readonly string[]): Promise<Leak[]> {
  const needles = planted.flatMap(formsOf)
  const leaks: Leak[] = []
  const search = (place: string, text: string): void => {
    const lower = text.toLowerCase()
    for (const { form, text: needle, anyCase } of needles) {
      if ((anyCase ? lower : text).includes(needle)) leaks.push({ place, form })
    }
  }
  for (const database of Object.values(system.databases)) await dump(database.adminUrl, search)
  if (system.redis !== undefined) await dumpRedis(system.redis.url, search)
  for (const name of await readdir(system.logs)) search(name, await readFile(path.join(system.logs, name), 'utf8'))
  return leaks
}

interface Needle {
  readonly form: string
  readonly text: string
  readonly anyCase: boolean
}

function formsOf(value: string): Needle[] {
  const bytes = Buffer.from(value)
  return [
    { form: 'raw', text: value, anyCase: false },
    { form: 'hex', text: bytes.toString('hex'), anyCase: true },
    { form: 'url-encoded', text: encodeURIComponent(value), anyCase: false },
    { form: 'json-escaped', text: JSON.stringify(value).slice(1, -1), anyCase: false },
    ...[0, 1, 2].flatMap((shift) => base64At(bytes, shift)),
  ]
}

/** As it looks inside a longer text in base64: three alignments, without the characters that its neighbours share. */
function base64At(bytes: Buffer, shift: number): Needle[] {
  const padded = Buffer.concat([Buffer.alloc(shift), bytes])
  const from = Math.ceil((shift * 8) / 6)
  const to = Math.floor((padded.length * 8) / 6)
  return (['base64', 'base64url'] as const).map((encoding) => {
    return { form: `${encoding}+${shift}`, text: padded.toString(encoding).slice(from, to), anyCase: false }
  })
}

async function dump(url: string, search: (place: string, text: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    )
    for (const { name } of tables) {
      const { rows } = await client.query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`)
      for (const { line } of rows) search(name, line)
    }
  } finally {
    await client.end()
  }
}

/** Every key with its value. What is of another type than ours would be a leak of another kind: then it throws. */
async function dumpRedis(url: string, search: (place: string, text: string) => void): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null })
  // A test may have stopped it: then it holds nothing.
  const isThere = await client.connect().then(
    () => true,
    () => false,
  )
  try {
    for (const key of isThere ? await client.keys('*') : []) {
      search(`Redis key ${key}`, key)
      search(`Redis ${key}`, await contentOf(client, key))
    }
  } finally {
    client.disconnect()
  }
}

async function contentOf(client: Redis, key: string): Promise<string> {
  const type = await client.type(key)
  if (type === 'string') return ((await client.getBuffer(key)) ?? Buffer.of()).toString('latin1')
  if (type === 'stream') return (await client.xrange(key, '-', '+')).flat(2).join('\n')
  // It ran out meanwhile.
  if (type === 'none') return ''
  throw new Error(`${key} is a ${type}: nothing of ours`)
}
