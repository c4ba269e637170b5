import { Alert, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { AccessEntry, User } from '../api/types.js'
import { countWords } from '../kit/amounts.js'
import { callerOf } from './caller-of.js'
import { EndingBadge } from './ending-badge.js'
import { endingOf } from './ending-words.js'
import { LogTime } from './log-time.js'
import { RecordDrawer } from './record-drawer.js'

interface RequestDrawerProps {
  readonly entry: AccessEntry
  readonly members: ReadonlyMap<string, User> | undefined
  readonly onClose: () => void
}

/** All that is on record of one request. */
export function RequestDrawer({ entry, members, onClose }: RequestDrawerProps) {
  const { meaning } = endingOf(entry)
  return (
    <RecordDrawer title="Request" fields={fieldsOf(entry, members)} onClose={onClose}>
      {meaning.length === 0 ? null : (
        <Alert color="gray" mb="md" title="How it ended">
          {meaning.map((sentence) => (
            <Text key={sentence} size="sm">
              {sentence}
            </Text>
          ))}
        </Alert>
      )}
    </RecordDrawer>
  )
}

function fieldsOf(
  entry: AccessEntry,
  members: RequestDrawerProps['members'],
): readonly (readonly [name: string, value: ReactNode])[] {
  const caller = callerOf(entry.app, members)
  const { requestBytes, responseBytes, upstreamMs, totalMs } = entry
  return [
    ['Time', <LogTime key="time" at={entry.at} />],
    ['Result', <EndingBadge key="result" entry={entry} />],
    ['Method', entry.method],
    ['Path', entry.path],
    ['API service', named(entry.service)],
    ['Secrets used', entry.secrets.join(', ')],
    ['App', caller.person === undefined ? named(entry.app) : `${caller.name} by ${caller.person}`],
    ['Platform', entry.platform],
    ['App version', entry.appVersion ?? 'not told'],
    ['Device', entry.device ?? 'none'],
    ['Attested', entry.unattested ? 'no: the app’s token was enough' : 'yes, or by a debug token'],
    ['Address', entry.sourceAddress],
    ['Request body', amount(requestBytes, 'bytes')],
    ['Answer', amount(responseBytes, 'bytes')],
    ['Until the provider answered', amount(upstreamMs, 'ms')],
    ['Duration', amount(totalMs, 'ms')],
    ['Request id', entry.requestId],
  ]
}

/** Apps and services may be deleted by now, but their ids stay. */
function named({ id, slug, name }: AccessEntry['app']): string {
  return name === null ? id : `${name} (${slug ?? ''}, ${id})`
}

const amount = (value: number | null, unit: string): string => (value === null ? '–' : `${countWords(value)} ${unit}`)
