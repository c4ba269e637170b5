import type { Row } from '../row.js'
import { fullPathRow } from './full-path.js'

/** The table of `make bench`, in its order. */
export const ALL_ROWS: readonly Row[] = [
  fullPathRow({
    name: 'full-path',
    what: 'full path',
    admission: 'redis',
    transport: 'plain',
    goal: { atLeast: 0.5 },
  }),
  fullPathRow({
    name: 'full-path-tls',
    what: 'full path, TLS upstream',
    admission: 'redis',
    transport: 'tls',
    goal: { atLeast: 0.5 },
  }),
  fullPathRow({
    name: 'without-redis',
    what: 'full path without Redis',
    admission: 'directory',
    transport: 'plain',
    goal: 'reported',
  }),
  fullPathRow({
    name: 'without-admission',
    what: 'pipeline without admission',
    admission: 'nobody',
    transport: 'plain',
    goal: 'reported',
  }),
]
