import { Badge, Group, Text } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { AccessEntry } from '../api/types.js'
import { msWords } from '../kit/amounts.js'
import { ItemTable } from '../kit/item-table.js'
import { membersByIdOptions } from '../members/member-queries.js'
import { useOrganization } from '../organization/organization-queries.js'
import { accessLogOptions } from './activity-queries.js'
import { callerOf } from './caller-of.js'
import { DetailsButton } from './details-button.js'
import { EndingBadge } from './ending-badge.js'
import { LogTime } from './log-time.js'
import { RecordTools } from './record-tools.js'
import { RequestDrawer } from './request-drawer.js'
import { isWhole, type TimeRange } from './time-range.js'

interface RequestsTableProps {
  readonly range: TimeRange
  readonly onRange: (range: TimeRange) => void
}

/** Every request that a secret was put into. */
export function RequestsTable({ range, onRange }: RequestsTableProps) {
  const { org } = useOrganization()
  const { data: members } = useQuery(membersByIdOptions(org))
  const [opened, setOpened] = useState<AccessEntry>()
  const list = useInfiniteQuery(accessLogOptions(org, range))
  return (
    <>
      <Text c="dimmed" size="sm" mb="md">
        Every request that a secret was put into, newest first. New ones appear within seconds.
      </Text>
      <RecordTools path="access-log" range={range} list={list} onRange={onRange} />
      <ItemTable
        label="Requests"
        list={list}
        keyOf={({ requestId }) => requestId}
        empty={
          isWhole(range)
            ? 'No requests yet. Once an app sends one through the proxy, it is listed here.'
            : 'No requests in this time range. Choose another one.'
        }
        columns={[
          { head: 'Time', cell: ({ at }) => <LogTime at={at} /> },
          { head: 'App', cell: ({ app }) => <Caller {...callerOf(app, members)} /> },
          { head: 'API service', cell: ({ service }) => service.name ?? service.id },
          { head: 'Request', cell: (entry) => <MethodAndPath {...entry} /> },
          { head: 'Secrets used', cell: ({ secrets }) => secrets.join(', ') },
          { head: 'Result', cell: (entry) => <EndingBadge entry={entry} /> },
          { head: 'Duration', cell: ({ totalMs }) => msWords(totalMs) },
          { head: 'Device', cell: (entry) => <From {...entry} /> },
          {
            head: 'Details',
            cell: (entry) => <DetailsButton of={`request ${entry.requestId}`} onClick={() => setOpened(entry)} />,
          },
        ]}
      />
      {opened === undefined ? null : (
        <RequestDrawer entry={opened} members={members} onClose={() => setOpened(undefined)} />
      )}
    </>
  )
}

function Caller({ name, person }: ReturnType<typeof callerOf>) {
  return (
    <>
      {name}
      {person === undefined ? null : (
        <Text size="xs" c="dimmed" truncate maw={140} title={person}>
          {person}
        </Text>
      )}
    </>
  )
}

function MethodAndPath({ method, path }: AccessEntry) {
  return (
    <Text ff="monospace" size="xs" miw={125} lineClamp={3} style={{ overflowWrap: 'anywhere' }}>
      {method} {path}
    </Text>
  )
}

function From({ platform, appVersion, device, unattested }: AccessEntry) {
  return (
    <>
      <Group gap="xs">
        <span>{[platform, appVersion].filter(Boolean).join(' ')}</span>
        {unattested ? (
          <Badge color="yellow" variant="light" tt="none" miw="max-content">
            unattested
          </Badge>
        ) : null}
      </Group>
      {device === null ? null : (
        <Text size="xs" c="dimmed" ff="monospace" truncate maw={90} title={device}>
          {device}
        </Text>
      )}
    </>
  )
}
