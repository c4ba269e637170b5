import { Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { InternalServiceGrant } from '../api/types.js'
import { ItemTable } from '../kit/item-table.js'
import { useOrganization } from '../organization/organization-queries.js'
import { grantsOptions } from './activity-queries.js'
import { LogTime } from './log-time.js'
import { RecordTools } from './record-tools.js'
import { isWhole, type TimeRange } from './time-range.js'

interface GrantsTableProps {
  readonly range: TimeRange
  readonly onRange: (range: TimeRange) => void
}

/** Internal services see values, so each grant to one is on record. */
export function GrantsTable({ range, onRange }: GrantsTableProps) {
  const { org } = useOrganization()
  const list = useInfiniteQuery(grantsOptions(org, range))
  return (
    <>
      <Text c="dimmed" size="sm" mb="md">
        Which secrets your internal services could lease from the vault, for one minute from each time on. Newest first.
      </Text>
      <RecordTools path="access-log/internal-services" range={range} list={list} onRange={onRange} />
      <ItemTable
        label="Grants to internal services"
        list={list}
        keyOf={({ requestId }) => requestId}
        empty={
          isWhole(range)
            ? 'No internal service was granted a secret.'
            : 'No grants in this time range. Choose another one.'
        }
        columns={[
          { head: 'Time', cell: ({ at }) => <LogTime at={at} /> },
          { head: 'Internal service', cell: ({ internalService }) => <ServiceName {...internalService} /> },
          { head: 'Secrets', cell: ({ secrets }) => secrets.map(({ name }) => name).join(', ') },
          {
            head: 'Request',
            cell: ({ requestId }) => (
              <Text ff="monospace" size="xs">
                {requestId}
              </Text>
            ),
          },
        ]}
      />
    </>
  )
}

function ServiceName({ name, spiffeId }: InternalServiceGrant['internalService']) {
  return (
    <>
      {name}
      <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {spiffeId}
      </Text>
    </>
  )
}
