import type { Started } from './worker.js'

/**
 * The worker's side of the channel to its parent: reports that it has started, then runs the jobs that it is sent. The
 * process ends with its parent.
 */
export function serveParent<Job, Result>(port: number, run: (job: Job) => Promise<Result>): void {
  process.on('disconnect', () => process.exit(0))
  process.on('message', (job: Job) => {
    run(job).then(say, (cause: unknown) => {
      process.stderr.write(`${cause instanceof Error ? cause.stack : String(cause)}\n`)
      process.exit(1)
    })
  })
  const started: Started = { port }
  say(started)
}

/** Nothing where the parent has gone already: an error event would end the process with a stack trace. */
function say(message: unknown): void {
  if (process.connected) process.send?.(message)
}
