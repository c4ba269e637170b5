import type { AccessEntry__Output } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'

/** An access log entry as a proxy sends it, with the fields that a test sets. */
export function accessEntry(
  of: Pick<AccessEntry__Output, 'organizationId' | 'shard' | 'sequence'> & Partial<AccessEntry__Output>,
): AccessEntry__Output {
  const kind = of.kind ?? 'ENTRY_KIND_ADMITTED'
  return {
    kind,
    atMs: Date.now(),
    requestId: `req_${of.sequence}`,
    subject: kind === 'ENTRY_KIND_ADMITTED' ? SUBJECT : null,
    outcome: kind === 'ENTRY_KIND_FINISHED' ? OUTCOME : null,
    ...of,
  }
}

const SUBJECT = {
  appId: 'app_1',
  serviceId: 'svc_1',
  deviceId: '',
  sessionId: '',
  secrets: [{ secretId: 'sec_1', versionId: 'ver_1', generation: 1, name: 'A_KEY' }],
  method: 'POST',
  path: '/v1/chat',
  sourceAddress: '192.0.2.1',
  platform: 'ios',
  appVersion: '',
  unattested: false,
} satisfies AccessEntry__Output['subject']

const OUTCOME = {
  status: 200,
  fault: '',
  requestBytes: 1,
  responseBytes: 2,
  upstreamMs: 3,
  totalMs: 4,
  aborted: false,
} satisfies AccessEntry__Output['outcome']
