import { createProgress, type Progress } from './progress.js'

/** What a rig is handed: where to say things, and whom to tell how it is ended. */
export interface RigConsole {
  readonly progress: Progress
  /** Hears at once how to end what there is, however far the start has come. */
  readonly onEnder: (end: () => Promise<void>) => void
}

/** Runs a rig as a program: a signal ends what it has started, and its status is whether all was well. */
export async function runRig(rig: (console: RigConsole) => Promise<boolean>): Promise<never> {
  let end: (() => Promise<void>) | undefined
  const interrupt = async (): Promise<void> => {
    await end?.()
    process.exit(1)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void interrupt())
  try {
    const isWell = await rig({
      progress: createProgress((line) => console.log(line)),
      onEnder: (given) => {
        end = given
      },
    })
    process.exit(isWell ? 0 : 1)
  } catch (cause) {
    console.error(cause instanceof Error ? cause.message : String(cause))
    process.exit(1)
  }
}
