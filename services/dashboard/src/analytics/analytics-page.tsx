import { Button, Center, Group, Loader, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Analytics } from '../api/types.js'
import { PageHead } from '../kit/page-head.js'
import { ProblemAlert } from '../kit/problem-alert.js'
import { useOrganization } from '../organization/organization-queries.js'
import { analyticsOptions } from './analytics-queries.js'
import { FaultsTable } from './faults-table.js'
import { UnusualPatterns } from './unusual-patterns.js'
import { UsageFilters } from './usage-filters.js'
import { UsageGroups } from './usage-groups.js'
import { UsageOverTime } from './usage-over-time.js'
import { UsageTotals } from './usage-totals.js'
import { useAnalyticsSearch } from './use-analytics-search.js'

/** Whether something is unusual, which may mean that a key is in the wrong hands, and how secrets are used. */
export function AnalyticsPage() {
  const { org } = useOrganization()
  const { search } = useAnalyticsSearch()
  const analytics = useQuery(analyticsOptions(org, search))
  return (
    <>
      <PageHead
        title="Analytics"
        about="Unusual patterns that may mean that a key is in the wrong hands, and how your secrets are used. Counted from the access log."
      >
        <Button variant="default" loading={analytics.isFetching} onClick={() => void analytics.refetch()}>
          Refresh
        </Button>
      </PageHead>
      <Stack gap="xl">
        {analytics.data ? <UnusualPatterns analytics={analytics.data} /> : null}
        <Section title="Usage">
          <UsageFilters />
          <ProblemAlert problem={analytics.error} />
          {analytics.isPending ? (
            <Center py="xl">
              <Loader aria-label="Loading: Usage" />
            </Center>
          ) : null}
          {analytics.data ? <Figures analytics={analytics.data} /> : null}
        </Section>
      </Stack>
    </>
  )
}

function Figures({ analytics }: { readonly analytics: Analytics }) {
  if (analytics.totals.requests === 0) {
    return (
      <Text c="dimmed">
        No requests in this time range. Once an app sends one through the proxy, it is counted here.
      </Text>
    )
  }
  return (
    <Stack gap="xl">
      <UsageTotals totals={analytics.totals} />
      <UsageOverTime analytics={analytics} />
      <UsageGroups analytics={analytics} />
      <FaultsTable analytics={analytics} />
    </Stack>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Group mb="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
      </Group>
      <Stack>{children}</Stack>
    </section>
  )
}
