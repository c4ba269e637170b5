import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { AuditEntry } from '../api/types.js'
import { ItemTable } from '../kit/item-table.js'
import { PageHead } from '../kit/page-head.js'
import { membersByIdOptions } from '../members/member-queries.js'
import { useOrganization } from '../organization/organization-queries.js'
import { auditOptions } from './activity-queries.js'
import { AuditActor } from './audit-actor.js'
import { AuditDrawer } from './audit-drawer.js'
import { AuditTarget } from './audit-target.js'
import { DetailsButton } from './details-button.js'
import { eventWords } from './event-words.js'
import { LogTime } from './log-time.js'
import { RecordTools } from './record-tools.js'
import { isWhole, rangeFrom } from './time-range.js'
import { VerifyRecord } from './verify-record.js'

/** Who changed what. Each entry was committed together with the change that it describes. */
export function AuditPage() {
  const { org, may } = useOrganization()
  // Checked here, because beside what the route lets through the router hands on whatever else an address holds.
  const range = rangeFrom(useSearch({ from: '/signed-in/orgs/$org/audit' }))
  const navigate = useNavigate({ from: '/orgs/$org/audit' })
  const list = useInfiniteQuery(auditOptions(org, range))
  const { data: members } = useQuery(membersByIdOptions(org))
  const [opened, setOpened] = useState<AuditEntry>()
  return (
    <>
      <PageHead
        title="Audit trail"
        about="Every change in this organization and who made it, newest first. Neither values nor tokens are in it."
      >
        <VerifyRecord chained="audit" />
      </PageHead>
      {may('audit:read') ? (
        <RecordTools path="audit" range={range} list={list} onRange={(search) => void navigate({ search })} />
      ) : null}
      <ItemTable
        label="Audit trail"
        list={list}
        keyOf={({ id }) => id}
        empty={isWhole(range) ? 'No changes yet.' : 'No changes in this time range. Choose another one.'}
        columns={[
          { head: 'Time', cell: ({ at }) => <LogTime at={at} /> },
          { head: 'Who', cell: ({ actor }) => <AuditActor actor={actor} members={members} /> },
          { head: 'What', cell: ({ event }) => <span title={event}>{eventWords(event)}</span> },
          { head: 'Target', cell: (entry) => <AuditTarget entry={entry} members={members} /> },
          {
            head: 'Details',
            cell: (entry) => <DetailsButton of={`entry ${entry.id}`} onClick={() => setOpened(entry)} />,
          },
        ]}
      />
      {opened === undefined ? null : (
        <AuditDrawer entry={opened} members={members} onClose={() => setOpened(undefined)} />
      )}
    </>
  )
}
