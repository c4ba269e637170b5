import { Button, Group } from '@mantine/core'
import { useOrganization } from '../organization/organization-queries.js'
import type { TimeRange } from './time-range.js'
import { TimeRangeFilter } from './time-range-filter.js'

interface RecordToolsProps {
  /** The API's path of the record, as seen from the organization. */
  readonly path: 'audit' | 'access-log' | 'access-log/internal-services'
  readonly range: TimeRange
  readonly list: { readonly isRefetching: boolean; readonly refetch: () => Promise<unknown> }
  readonly onRange: (range: TimeRange) => void
}

/** Above a record: which part of it is shown, and what else can be done with that part. */
export function RecordTools({ path, range, list, onRange }: RecordToolsProps) {
  const { org } = useOrganization()
  return (
    <Group justify="space-between" align="flex-start" mb="md">
      <TimeRangeFilter range={range} onChange={onRange} />
      <Group gap="sm" pt={25}>
        <Button variant="default" loading={list.isRefetching} onClick={() => void list.refetch()}>
          Refresh
        </Button>
        <Button
          variant="default"
          // The browser fetches it by the session's cookie, and writes it to disk as it comes, whatever its size.
          renderRoot={(props) => (
            <a {...props} href={exportPath(org, path, range)} download={`${org}-${path.replace('/', '-')}.ndjson`}>
              {props.children}
            </a>
          )}
        >
          Download NDJSON
        </Button>
      </Group>
    </Group>
  )
}

function exportPath(org: string, path: RecordToolsProps['path'], range: TimeRange): string {
  const query = new URLSearchParams({ ...range }).toString()
  return `/api/v1/orgs/${encodeURIComponent(org)}/${path}/export${query === '' ? '' : `?${query}`}`
}
