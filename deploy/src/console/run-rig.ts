import { createProgress, type Progress } from './progress.js'

/** What a rig gets: where to report progress, and where to register how it is ended. */
export interface RigConsole {
  readonly progress: Progress
  /** Called early with the way to end what has been started, however far the start has come. */
  readonly onEnder: (end: () => Promise<void>) => void
}

const STATUS = {
  well: 0,
  /** What the rig was to show did not hold. */
  notWell: 1,
  /** The rig could not be run to its end, so nothing is shown. */
  crashed: 2,
} as const

/** Runs a rig as a program. A signal ends what it has started, and the exit status says whether all was well. */
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
