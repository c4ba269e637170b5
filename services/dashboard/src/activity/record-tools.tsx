import { Button } from '@mantine/core'
import type { TimeRange } from './time-range.js'

interface RecordToolsProps {
  /** The API's path of the record, as seen from the organization. */
  readonly path: 'audit' | 'access-log' | 'access-log/internal-services'
  readonly org: string
  readonly range: TimeRange
  readonly isFetching: boolean
  readonly onRefresh: () => void
}

/** What can be done with a record that is shown. */
export function RecordTools({ path, org, range, isFetching, onRefresh }: RecordToolsProps) {
  const query = new URLSearchParams({ ...range }).toString()
  return (
    <>
      <Button variant="default" loading={isFetching} onClick={onRefresh}>
        Refresh
      </Button>
      <Button
        variant="default"
        // The browser fetches it by the session's cookie and writes it to disk as it comes, whatever its size.
        renderRoot={(props) => (
          <a
            {...props}
            href={`/api/v1/orgs/${encodeURIComponent(org)}/${path}/export${query === '' ? '' : `?${query}`}`}
            download={`${org}-${path.replace('/', '-')}.ndjson`}
          >
            {props.children}
          </a>
        )}
      >
        Download NDJSON
      </Button>
    </>
  )
}
