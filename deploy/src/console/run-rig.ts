import { createProgress, type Progress } from './progress.js'

/** What a rig is handed: where to say things, and whom to tell how it is ended. */
export interface RigConsole {
  readonly progress: Progress
  /** Hears at once how to end what there is, however far the start has come. */
  readonly onEnder: (end: () => Promise<void>) => void
}

const STATUS = {
  well: 0,
  /** What it was to show did not hold. */
  notWell: 1,
  /** It could not be run, or not to its end: nothing is shown. */
  crashed: 2,
} as const

/** Runs a rig as a program: a signal ends what it has started, and its status is whether all was well. */
export async function runRig(rig: (console: RigConsole) => Promise<boolean>): Promise<never> {
  let end: (() => Promise<void>) | undefined
  const interrupt = async (): Promise<void> => {
    await end?.()
    process.exit(STATUS.crashed)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void interrupt())
  try {
    const isWell = await rig({
      progress: createProgress((line) => console.log(line)),
      onEnder: (given) => {
        end = given
      },
    })
    process.exit(isWell ? STATUS.well : STATUS.notWell)
  } catch (cause) {
    console.error(cause instanceof Error ? cause.message : String(cause))
    process.exit(STATUS.crashed)
  }
}
