import { Tabs } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { PageHead } from '../kit/page-head.js'
import { accessLogSearch } from './access-log-search.js'
import { GrantsTable } from './grants-table.js'
import { RequestsTable } from './requests-table.js'
import type { TimeRange } from './time-range.js'
import { VerifyRecord } from './verify-record.js'

const INTERNAL_SERVICES = 'internal-services'

/** Who used which secret: requests through the proxy, and internal services that lease from the vault. */
export function AccessLogPage() {
  // Checked here, because beside what the route lets through the router hands on whatever else an address holds.
  const { tab, ...range } = accessLogSearch(useSearch({ from: '/signed-in/orgs/$org/access-log' }))
  const navigate = useNavigate({ from: '/orgs/$org/access-log' })
  const setRange = (chosen: TimeRange) => void navigate({ search: { ...chosen, ...(tab ? { tab } : {}) } })
  return (
    <>
      <PageHead title="Access log" about="Who used which secret, and when. Neither values nor query strings are in it.">
        <VerifyRecord chained="access-log" />
      </PageHead>
      <Tabs
        value={tab ?? 'requests'}
        keepMounted={false}
        onChange={(chosen) =>
          void navigate({ search: chosen === INTERNAL_SERVICES ? { ...range, tab: INTERNAL_SERVICES } : range })
        }
      >
        <Tabs.List mb="md" aria-label="Whose uses of secrets">
          <Tabs.Tab value="requests">Requests</Tabs.Tab>
          <Tabs.Tab value={INTERNAL_SERVICES}>Internal services</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="requests">
          <RequestsTable range={range} onRange={setRange} />
        </Tabs.Panel>
        <Tabs.Panel value={INTERNAL_SERVICES}>
          <GrantsTable range={range} onRange={setRange} />
        </Tabs.Panel>
      </Tabs>
    </>
  )
}
