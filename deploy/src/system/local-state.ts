import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import { readIfThere, writePrivate } from './local-files.js'

/**
 * Ids, slugs, names, tokens, times. Restricted, because they come from backups too and are printed in lines that people
 * paste into a shell.
 */
const Word = z.string().regex(/^[A-Za-z0-9_.:-]+$/)

const DemoState = z.object({
  organization: Word,
  app: z.object({ id: Word, token: Word, debugToken: Word, debugTokenExpiresAt: Word }),
  service: Word,
})

const State = z.object({
  /** Tells this `.local` from an earlier one in the same folder. */
  instance: z.string(),
  /** Kept, because the demo's secret is bound to it. */
  providerPort: z.number().int().optional(),
  /** Servers that hold databases of this folder, by host, port and prefix. */
  servers: z.array(z.string()).default([]),
  /** Where the project's own Postgres keeps its data. */
  postgresFolder: z.string().optional(),
  /** The id of organization Demo. */
  organization: Word.optional(),
  demo: DemoState.optional(),
  /** The name of the secret that the demo's internal service may lease, once it is registered. */
  internalSecret: Word.optional(),
})

/** The part of the state that a restore brings to another folder. The rest belongs to this machine. */
export const MovableState = State.pick({ providerPort: true, organization: true, demo: true })

export type DemoState = z.output<typeof DemoState>
export type LocalState = z.output<typeof State>

/** What the launcher remembers between runs. */
export interface StateFile {
  get(): LocalState
  change(part: Partial<LocalState>): Promise<void>
}

/** @throws Error where the file exists and is not a state file. */
export async function openState(stateDir: string): Promise<StateFile> {
  const file = path.join(stateDir, 'state.json')
  const text = await readIfThere(file)
  let state: LocalState =
    text === undefined ? { instance: randomBytes(6).toString('hex'), servers: [] } : State.parse(JSON.parse(text))
  const write = (): Promise<void> => writePrivate(file, `${JSON.stringify(state, null, 2)}\n`)
  if (text === undefined) await write()
  return {
    get: () => state,
    async change(part) {
      state = { ...state, ...part }
      await write()
    },
  }
}
