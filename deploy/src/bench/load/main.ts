import { serveParent } from '../rig/worker-process.js'
import { runClosed } from './closed-loop.js'
import { runEvents } from './event-streams.js'
import { runImpatient } from './impatient.js'
import type { LoadJob, LoadResult } from './jobs.js'
import { runOpen } from './open-loop.js'
import { runWrk } from './wrk.js'

/** The process that makes the load. */
serveParent<LoadJob, LoadResult>(0, run)

function run(job: LoadJob): Promise<LoadResult> {
  switch (job.kind) {
    case 'closed':
      return runClosed(job)
    case 'wrk':
      return runWrk(job)
    case 'open':
      return runOpen(job)
    case 'events':
      return runEvents(job)
    case 'impatient':
      return runImpatient(job)
  }
}
