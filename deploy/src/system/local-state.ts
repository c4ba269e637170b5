import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import { readIfThere, writePrivate } from './local-files.js'

/** Ids, slugs, names, tokens, times. They are printed in lines that people paste into a shell, and a backup brings them. */
const Word = z.string().regex(/^[A-Za-z0-9_.:-]+$/)

const DemoState = z.object({
  organization: Word,
  app: z.object({ id: Word, token: Word, debugToken: Word, debugTokenExpiresAt: Word }),
  service: Word,
})

const State = z.object({
  /** Tells this `.local` from an earlier one in the same folder. */
  instance: z.string(),
  /** The demo secret is bound to it, so it stays. */
  providerPort: z.number().int().optional(),
  /** Servers, by host and port and prefix, that hold databases of ours. */
  servers: z.array(z.string()).default([]),
  /** Where the data of our own Postgres lie. */
  postgresFolder: z.string().optional(),
  /** Of Demo. */
  organization: Word.optional(),
  demo: DemoState.optional(),
  /** The name of the secret that the demo's internal service may lease, once it is registered. */
  internalSecret: Word.optional(),
})

/** What another folder goes on from after a restore; the rest is of this machine. */
export const MovableState = State.pick({ providerPort: true, organization: true, demo: true })

export type DemoState = z.output<typeof DemoState>
export type LocalState = z.output<typeof State>

/** What the launcher remembers from run to run. */
export interface StateFile {
  get(): LocalState
  change(part: Partial<LocalState>): Promise<void>
}

/** @throws Error where the file is there and is not ours. */
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
