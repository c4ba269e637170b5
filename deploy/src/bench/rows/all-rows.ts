import type { Row } from '../row.js'
import { accessLog } from './access-log.js'
import { addedLatency } from './added-latency.js'
import { coldRoute } from './cold-route.js'
import { events } from './events.js'
import { fairness } from './fairness.js'
import { floods } from './floods.js'
import { fullPathRow } from './full-path.js'
import { hotKey } from './hot-key.js'
import { hugeBodies } from './huge-bodies.js'
import { kmsCalls } from './kms-calls.js'
import { largeBodies } from './large-bodies.js'
import { overload } from './overload.js'
import { replacement } from './replacement.js'
import { sizes } from './sizes.js'
import { storedNumber } from './stored-number.js'
import { telemetry } from './telemetry.js'
import { vaultLeases } from './vault-leases.js'

/** The rows of `make bench` in the order of its table. The ones that fill databases come last. */
export const ALL_ROWS: readonly Row[] = [
  fullPathRow({
    name: 'full-path',
    what: 'full path',
    admission: 'redis',
    upstream: 'fixed',
    goal: { atLeast: 0.5 },
  }),
  fullPathRow({
    name: 'full-path-tls',
    what: 'full path, TLS upstream',
    admission: 'redis',
    upstream: 'fixed-tls',
    goal: { atLeast: 0.5 },
  }),
  fullPathRow({
    name: 'full-path-fastest',
    what: 'full path against the fastest pass-through known',
    admission: 'redis',
    upstream: 'fixed',
    goal: 'reported',
    fastest: true,
  }),
  telemetry,
  fullPathRow({
    name: 'without-redis',
    what: 'full path without Redis',
    admission: 'directory',
    upstream: 'fixed',
    goal: 'reported',
  }),
  fullPathRow({
    name: 'without-admission',
    what: 'pipeline without admission',
    admission: 'nobody',
    upstream: 'fixed',
    goal: 'reported',
  }),
  fullPathRow({
    name: 'without-admission-tls',
    what: 'pipeline without admission, TLS upstream',
    admission: 'nobody',
    upstream: 'fixed-tls',
    goal: 'reported',
  }),
  addedLatency,
  events,
  largeBodies,
  hugeBodies,
  vaultLeases,
  accessLog,
  hotKey,
  replacement,
  coldRoute,
  kmsCalls,
  overload,
  fairness,
  floods,
  sizes,
  storedNumber,
]
