import { Button, Group, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { entered, lastHours, parseEntered, type TimeRange } from './time-range.js'

const SPANS = [
  { label: 'Last hour', hours: 1 },
  { label: 'Last 24 hours', hours: 24 },
  { label: 'Last 7 days', hours: 7 * 24 },
] as const

interface TimeRangeFilterProps {
  readonly range: TimeRange
  readonly onChange: (range: TimeRange) => void
}

/** Which part of a record is shown and downloaded. */
export function TimeRangeFilter(props: TimeRangeFilterProps) {
  const { since, until } = props.range
  // The address decides: a range that was chosen otherwise replaces what stands in the fields.
  return <RangeForm key={`${since} ${until}`} {...props} />
}

function RangeForm({ range, onChange }: TimeRangeFilterProps) {
  const form = useForm({ initialValues: { ...entered(range) } })
  function show(values: typeof form.values): void {
    const parsed = parseEntered(values)
    if ('errors' in parsed) form.setErrors(parsed.errors)
    else onChange(parsed)
  }
  return (
    // The browser's own check stays on: it alone knows of a date that was entered in part.
    <form onSubmit={form.onSubmit(show)} aria-label="Time range">
      <Group align="flex-start" gap="sm" mb="xs">
        <TextInput type="datetime-local" step="any" label="From" {...form.getInputProps('since')} />
        <TextInput type="datetime-local" step="any" label="Until" {...form.getInputProps('until')} />
        <Button type="submit" variant="default" mt={25}>
          Show
        </Button>
      </Group>
      <Group gap="xs">
        {SPANS.map(({ label, hours }) => (
          <Button key={label} variant="subtle" size="compact-sm" onClick={() => onChange(lastHours(hours, new Date()))}>
            {label}
          </Button>
        ))}
        <Button variant="subtle" size="compact-sm" onClick={() => onChange({})}>
          All
        </Button>
      </Group>
    </form>
  )
}
