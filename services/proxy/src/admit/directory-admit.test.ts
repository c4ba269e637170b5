import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { until } from '@protectmyapi/dev-kit/until'
import { systemSchedule } from '../freshness/schedule.js'
import { directoryQuotas } from '../quota/directory-quotas.js'
import { createHeldQuotas } from '../quota/held-quotas.js'
import { createAccessQueue } from '../record/access-queue.js'
import { createAccessRecorder } from '../record/access-recorder.js'
import { createBacklog } from '../record/backlog.js'
import { grpcRecordAccess } from '../record/grpc-record-access.js'
import { createSequences } from '../record/sequences.js'
import { startFakeDirectory } from '../test/fake-directory.js'
import { manualTime } from '../test/manual-time.js'
import { createMemoryAdmission } from '../test/memory-admission.js'
import { silentLog } from '../test/silent-log.js'
import { type AdmissionHarness, admissionContract } from './admission.contract.js'
import { createAdmission } from './create-admission.js'
import { directoryAdmit } from './directory-admit.js'

const KINDS = {
  ENTRY_KIND_ADMITTED: 'admitted',
  ENTRY_KIND_FINISHED: 'finished',
  ENTRY_KIND_VOID: 'void',
  ENTRY_KIND_UNSPECIFIED: 'void',
} as const

admissionContract('memory', () => {
  const clock = manualClock()
  const admission = createMemoryAdmission(clock)
  return Promise.resolve({
    admission,
    entries: () => admission.entries,
    be: admission.be,
    advance: clock.advance,
    settled: () => Promise.resolve(),
    close: () => Promise.resolve(),
  })
})

admissionContract('the directory', async (): Promise<AdmissionHarness> => {
  const time = manualTime()
  const { clock } = time
  const directory = await startFakeDirectory(clock)
  const log = silentLog()
  const recordAccess = grpcRecordAccess(directory.client, 'boot_x')
  let waiting = 0
  const backlog = createBacklog()
  const queue = createAccessQueue({
    recordAccess,
    clock: { wallMs: Date.now, monotonicMs: () => performance.now() },
    schedule: systemSchedule,
    log,
    settled(entry) {
      waiting -= 1
      backlog.settled(entry)
    },
  })
  const recorder = createAccessRecorder({
    sequences: createSequences(),
    clock,
    log,
    backlog,
    queue: {
      ...queue,
      add(entry) {
        waiting += 1
        queue.add(entry)
      },
      addDirect(entry) {
        waiting += 1
        queue.addDirect(entry)
      },
    },
  })
  const drawQuota = directoryQuotas(directory.client, 'boot_x')
  const quotas = createHeldQuotas({ drawQuota, clock, schedule: time.schedule, log })
  return {
    admission: createAdmission({ admit: directoryAdmit(directory.client, 'boot_x'), recorder, quotas, log }),
    entries: () => directory.entries.map(({ kind, requestId }) => ({ kind: KINDS[kind], requestId })),
    be: (state) => {
      directory.says.record = state
    },
    advance: time.advance,
    settled: async () => void (await until(() => (waiting === 0 ? true : undefined))),
    close: () => directory.close(),
  }
})
