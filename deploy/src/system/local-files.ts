import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Writes a file atomically, readable by this user only. */
export async function writePrivate(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.new`
  await writeFile(unfinished, text, { mode: 0o600 })
  await rename(unfinished, file)
}

/** The text of a file with mode 0600 that is made on first use. */
export async function privateFile(file: string, make: () => string): Promise<string> {
  const known = await readIfThere(file)
  if (known !== undefined) return known.trimEnd()
  const text = make()
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  await writePrivate(file, `${text}\n`)
  return text
}

export function randomPassword(): string {
  return randomBytes(18).toString('base64url')
}

/** @throws where the file exists and cannot be read. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    // Not checked by instanceof, because under jest Node's errors are of another realm.
    if (typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw cause
  }
}

/**
 * Runs writes one after the other, because of two writes at once the older could land last. Failures are ignored: the
 * next change writes again.
 */
export function oneAfterAnother(write: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve()
  return () => {
    last = last.then(write).catch(() => undefined)
    return last
  }
}
