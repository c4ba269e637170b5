import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { readIfThere, writePrivate } from '../system/local-files.js'

const OWNER = 'owner.password'
/**
 * The files that are backed up: key files directly in the folder of secrets, and the first owner's password. Passwords
 * by which the services authenticate to each other or to the engines are left out. Terminals obey control characters in a
 * name, and commands take one that begins with a hyphen for an option.
 */
const NAME = /^(?:(?!-)[^/\p{Cc}]*\.key|owner\.password)$/u

/**
 * The part of a backup that no database holds. It is checked, because anybody who knows the recipient can have made it.
 */
export const KeptFiles = z.object({
  id: z.string(),
  madeAt: z.iso.datetime(),
  /** Key files, and the first owner's password, by their names in the folder of secrets. */
  secrets: z
    .record(z.string().regex(NAME), z.string())
    // The password is shown on terminals, which obey control characters.
    .refine((secrets) => /^\P{Cc}*\s*$/u.test(secrets[OWNER] ?? ''), `${OWNER} is no line of text`),
  /** The launcher's saved state. */
  launcher: z.record(z.string(), z.unknown()),
})
export type KeptFiles = z.output<typeof KeptFiles>

/**
 * Reads the files to keep. Passwords of databases, Redis and services are left out: they are generated again where they
 * are missing.
 */
export async function readSecrets(secretsDir: string): Promise<Record<string, string>> {
  const names = (await readdir(secretsDir)).filter((name) => NAME.test(name))
  const read = async (name: string) => [name, (await readIfThere(path.join(secretsDir, name))) ?? ''] as const
  return Object.fromEntries(await Promise.all(names.map(read)))
}

/** Names of files that exist with another content. */
export async function differingSecrets(secretsDir: string, secrets: KeptFiles['secrets']): Promise<string[]> {
  const differing: string[] = []
  for (const [name, text] of Object.entries(secrets)) {
    const there = await readIfThere(path.join(secretsDir, name))
    if (there !== undefined && there !== text) differing.push(name)
  }
  return differing
}

/** Files that were written, and files that were moved out of their way. `undo` reverts both. */
export interface Placed {
  /** The new paths of files that were there before. */
  readonly movedAway: readonly string[]
  undo(): Promise<void>
}

/**
 * Writes the files. One with another content is renamed and kept beside the new one, so a master key is never
 * overwritten.
 */
export async function placeSecrets(secretsDir: string, { secrets }: KeptFiles, nowMs: number): Promise<Placed> {
  await mkdir(secretsDir, { recursive: true, mode: 0o700 })
  const differing = new Set(await differingSecrets(secretsDir, secrets))
  const done: (() => Promise<void>)[] = []
  const movedAway: string[] = []
  const undo = async (): Promise<void> => {
    for (const step of done.reverse()) await step()
  }
  try {
    for (const [name, text] of Object.entries(secrets)) {
      const file = path.join(secretsDir, name)
      const isNew = (await readIfThere(file)) === undefined
      if (!isNew && !differing.has(name)) continue
      if (!isNew) {
        const aside = `${file}.before-${nowMs}`
        await rename(file, aside)
        movedAway.push(aside)
        done.push(() => rename(aside, file))
      }
      await writePrivate(file, text)
      if (isNew) done.push(() => rm(file))
    }
  } catch (cause) {
    await undo()
    throw cause
  }
  return { movedAway, undo }
}
