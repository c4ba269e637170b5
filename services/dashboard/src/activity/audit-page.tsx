import { Text } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { AuditEntry, User } from '../api/types.js'
import { ItemTable } from '../kit/item-table.js'
import { PageHead } from '../kit/page-head.js'
import { useOrganization } from '../organization/organization-queries.js'
import { auditOptions, membersByIdOptions } from './activity-queries.js'
import { AuditActor } from './audit-actor.js'
import { AuditDetails } from './audit-details.js'
import { eventWords, targetName } from './event-words.js'
import { LogTime } from './log-time.js'
import { RecordTools } from './record-tools.js'
import { isWhole } from './time-range.js'
import { TimeRangeFilter } from './time-range-filter.js'
import { VerifyRecord } from './verify-record.js'

/** Who changed what. Each entry was committed together with the change that it describes. */
export function AuditPage() {
  const { org, may } = useOrganization()
  const range = useSearch({ from: '/signed-in/orgs/$org/audit' })
  const navigate = useNavigate({ from: '/orgs/$org/audit' })
  const list = useInfiniteQuery(auditOptions(org, range))
  const { data: members } = useQuery(membersByIdOptions(org))
  const mayRead = may('audit:read')
  return (
    <>
      <PageHead
        title="Audit trail"
        about="Every change in this organization and who made it, newest first. Neither values nor tokens are in it."
      >
        {mayRead ? (
          <>
            <RecordTools
              path="audit"
              org={org}
              range={range}
              isFetching={list.isRefetching}
              onRefresh={() => void list.refetch()}
            />
            <VerifyRecord chained="audit" />
          </>
        ) : null}
      </PageHead>
      {mayRead ? <TimeRangeFilter range={range} onChange={(search) => void navigate({ search })} /> : null}
      <ItemTable
        label="Audit trail"
        list={list}
        keyOf={({ id }) => id}
        empty={isWhole(range) ? 'No changes yet.' : 'No changes in this time range. Choose another one.'}
        columns={[
          { head: 'Time', cell: ({ at }) => <LogTime at={at} /> },
          { head: 'Who', cell: ({ actor }) => <AuditActor actor={actor} members={members} /> },
          { head: 'What', cell: ({ event }) => <span title={event}>{eventWords(event)}</span> },
          { head: 'Target', cell: (entry) => <Target entry={entry} members={members} /> },
          { head: 'Details', cell: (entry) => <AuditDetails entry={entry} /> },
        ]}
      />
    </>
  )
}

interface TargetProps {
  readonly entry: AuditEntry
  readonly members: ReadonlyMap<string, User> | undefined
}

function Target({ entry: { event, targetId, details }, members }: TargetProps) {
  const name = members?.get(targetId ?? '')?.email ?? targetName(event, details)
  return (
    <>
      {name}
      <Text size="xs" c="dimmed" ff="monospace">
        {targetId}
      </Text>
    </>
  )
}
