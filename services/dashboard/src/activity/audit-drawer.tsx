import { Code } from '@mantine/core'
import type { AuditEntry, User } from '../api/types.js'
import { AuditActor } from './audit-actor.js'
import { AuditTarget } from './audit-target.js'
import { eventWords } from './event-words.js'
import { LogTime } from './log-time.js'
import { RecordDrawer } from './record-drawer.js'

interface AuditDrawerProps {
  readonly entry: AuditEntry
  readonly members: ReadonlyMap<string, User> | undefined
  readonly onClose: () => void
}

/** All that is on record of one change. Details are names, ids and settings, never a value. */
export function AuditDrawer({ entry, members, onClose }: AuditDrawerProps) {
  const { id, at, actor, event, requestId, details } = entry
  return (
    <RecordDrawer
      title="Change"
      onClose={onClose}
      fields={[
        ['Time', <LogTime key="time" at={at} />],
        ['Who', <AuditActor key="who" actor={actor} members={members} />],
        ['By token', actor.token ?? 'no'],
        ['What', eventWords(event)],
        ['Event', event],
        ['Target', <AuditTarget key="target" entry={entry} members={members} />],
        [
          'Details',
          Object.keys(details).length === 0 ? (
            'none'
          ) : (
            <Code key="details" block style={{ whiteSpace: 'pre-wrap' }}>
              {JSON.stringify(details, null, 2)}
            </Code>
          ),
        ],
        ['Request id', requestId ?? 'none'],
        ['Entry id', id],
      ]}
    />
  )
}
