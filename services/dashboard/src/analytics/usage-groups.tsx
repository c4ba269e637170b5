import { Anchor, Tabs, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Analytics, UsageGroup } from '../api/types.js'
import { countWords, msWords, shareWords } from '../kit/amounts.js'
import { RowTable } from '../kit/row-table.js'
import { membersByIdOptions } from '../members/member-queries.js'
import { useOrganization } from '../organization/organization-queries.js'
import { GROUPINGS, USUAL } from './analytics-search.js'
import { groupName } from './group-name.js'
import { useAnalyticsSearch } from './use-analytics-search.js'

/** Who sent the requests, or what they used. */
export function UsageGroups({ analytics }: { readonly analytics: Analytics }) {
  const { search, change } = useAnalyticsSearch()
  const by = search.by ?? USUAL.by
  return (
    <section aria-label="Requests by">
      <Title order={3} size="h5" mb="xs">
        Requests by
      </Title>
      <Tabs value={by} onChange={(chosen) => change({ by: chosen ?? undefined })}>
        <Tabs.List aria-label="Requests by" mb="sm">
          {Object.entries(GROUPINGS).map(([grouping, label]) => (
            <Tabs.Tab key={grouping} value={grouping}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={by}>
          <Groups analytics={analytics} />
        </Tabs.Panel>
      </Tabs>
    </section>
  )
}

/** By what the answer is, which a moment after a click is still the one before. */
function Groups({ analytics: { by, groups, moreGroups, totals } }: { readonly analytics: Analytics }) {
  if (groups.length === 0) return <Text c="dimmed">None in this time range.</Text>
  return (
    <>
      <RowTable
        label={`Requests by ${GROUPINGS[by]}`}
        items={groups}
        keyOf={({ id }) => id}
        columns={[
          { head: GROUPINGS[by], cell: (group) => <GroupName group={group} by={by} /> },
          { head: 'Requests', cell: ({ requests }) => countWords(requests), isNumber: true },
          { head: 'Share', cell: ({ requests }) => shareWords(requests, totals.requests), isNumber: true },
          { head: 'Succeeded', cell: ({ succeeded }) => countWords(succeeded), isNumber: true },
          { head: 'Refused', cell: ({ refused }) => countWords(refused), isNumber: true },
          { head: 'Failed', cell: ({ failed }) => countWords(failed), isNumber: true },
          { head: 'Unattested', cell: ({ unattested }) => countWords(unattested), isNumber: true },
          { head: 'p50', cell: ({ total }) => msWords(total.p50), isNumber: true },
          { head: 'p95', cell: ({ total }) => msWords(total.p95), isNumber: true },
          { head: 'p99', cell: ({ total }) => msWords(total.p99), isNumber: true },
        ]}
      />
      <Text c="dimmed" size="sm" mt="xs">
        {by === 'secret' ? 'A request with several secrets counts once for each. ' : ''}
        {moreGroups > 0 ? `${countWords(moreGroups)} more with fewer requests are not shown.` : ''}
      </Text>
    </>
  )
}

function GroupName({ group, by }: { readonly group: UsageGroup; readonly by: Analytics['by'] }) {
  const { org } = useOrganization()
  const { search } = useAnalyticsSearch()
  const { data: members } = useQuery(membersByIdOptions(org))
  const { name, note } = groupName(group, by, members)
  const isFilter = (by === 'service' || by === 'app') && group.id !== '' && note === undefined
  return (
    <>
      {isFilter ? (
        <Anchor
          size="sm"
          renderRoot={(props) => (
            <Link to="/orgs/$org/analytics" params={{ org }} search={{ ...search, [by]: group.id }} {...props} />
          )}
        >
          {name}
        </Anchor>
      ) : (
        name
      )}
      {note === undefined ? null : (
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </>
  )
}
