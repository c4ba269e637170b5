import { serveParent } from '../rig/worker-process.js'
import { runClosed } from './closed-loop.js'
import type { LoadJob, LoadResult } from './jobs.js'
import { runOpen } from './open-loop.js'

/** The process that makes the load. */
serveParent<LoadJob, LoadResult>(0, (job) => (job.kind === 'closed' ? runClosed(job) : runOpen(job)))
