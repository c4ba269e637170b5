import { Group, SegmentedControl, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { allAppsOptions } from '../apps/app-queries.js'
import { useOrganization } from '../organization/organization-queries.js'
import { allServicesOptions } from '../services/service-queries.js'
import { USUAL } from './analytics-search.js'
import { type Choosable, chosenAmong } from './chosen-among.js'
import { SPANS } from './spans.js'
import { useAnalyticsSearch } from './use-analytics-search.js'

const SPAN_CHOICES = Object.entries(SPANS).map(([value, { label }]) => ({ value, label }))

/** Of when, of which API service and of which app requests are counted. The address keeps it. */
export function UsageFilters() {
  const { org } = useOrganization()
  const { search, change } = useAnalyticsSearch()
  const services = useQuery(allServicesOptions(org))
  const apps = useQuery(allAppsOptions(org))
  return (
    <Group align="flex-end" gap="sm">
      <SegmentedControl
        aria-label="Time range"
        data={SPAN_CHOICES}
        value={search.span ?? USUAL.span}
        onChange={(span) => change({ span })}
      />
      <Filter
        label="API service"
        every="All API services"
        chosen={search.service}
        among={services.data}
        onChange={(service) => change({ service })}
      />
      <Filter label="App" every="All apps" chosen={search.app} among={apps.data} onChange={(app) => change({ app })} />
    </Group>
  )
}

interface FilterProps {
  readonly label: string
  readonly every: string
  /** An id or a slug. */
  readonly chosen: string | undefined
  readonly among: readonly Choosable[] | undefined
  readonly onChange: (chosen: string) => void
}

function Filter({ label, every, chosen, among, onChange }: FilterProps) {
  const { value, data } = chosenAmong(chosen, every, among)
  return (
    <Select
      label={label}
      w={220}
      data={data}
      value={value}
      searchable
      allowDeselect={false}
      // Empty: of all.
      onChange={(next) => onChange(next ?? '')}
    />
  )
}
