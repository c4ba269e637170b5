import { Select } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useOrganization } from '../organization/organization-queries.js'
import { secretNamesOptions } from './service-queries.js'

interface SecretSelectProps {
  readonly value: string
  readonly onChange: (name: string) => void
}

/** One of the organization's secrets. */
export function SecretSelect({ value, onChange }: SecretSelectProps) {
  const { org } = useOrganization()
  const { data: names } = useSuspenseQuery(secretNamesOptions(org))
  // A deleted secret is shown by its id. It stays in the list until another one is chosen.
  const gone = value === '' || names.includes(value) ? [] : [{ value, label: `${value} (not found)` }]
  return (
    <Select
      label="Secret"
      placeholder={names.length === 0 ? 'No secrets yet' : 'Choose'}
      data={[...gone, ...names.map((name) => ({ value: name, label: name }))]}
      searchable
      required
      allowDeselect={false}
      nothingFoundMessage="No secret of this name"
      value={value === '' ? null : value}
      onChange={(name) => onChange(name ?? '')}
    />
  )
}
