import { Button, CloseButton, Fieldset, Group, Text, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { FieldRow } from './field-rows.js'
import { TemplateInput } from './template-input.js'

interface FieldRowsInputProps {
  readonly legend: string
  readonly about: ReactNode
  /** Such as "header": what one row is. */
  readonly one: string
  /** Whether values may name secrets. */
  readonly templates: boolean
  readonly value: readonly FieldRow[]
  readonly error?: ReactNode
  readonly onChange: (rows: FieldRow[]) => void
}

/** Names and values: header fields, or query parameters. */
export function FieldRowsInput({ legend, about, one, templates, value, error, onChange }: FieldRowsInputProps) {
  const set = (at: number, change: Partial<FieldRow>) =>
    onChange(value.map((row, index) => (index === at ? { ...row, ...change } : row)))
  return (
    <Fieldset legend={legend}>
      <Text size="sm" c="dimmed" mb="xs">
        {about}
      </Text>
      {value.map((row, at) => {
        const text = {
          'aria-label': `Value of ${one} ${at + 1}`,
          placeholder: 'Value',
          flex: 2,
          value: row.value,
        }
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row has no identity but its position in the list.
          <Group key={at} mb="xs" wrap="nowrap">
            <TextInput
              aria-label={`Name of ${one} ${at + 1}`}
              placeholder="Name"
              flex={1}
              value={row.name}
              onChange={(event) => set(at, { name: event.currentTarget.value })}
            />
            {templates ? (
              <TemplateInput {...text} onChange={(entered) => set(at, { value: entered })} />
            ) : (
              <TextInput {...text} onChange={(event) => set(at, { value: event.currentTarget.value })} />
            )}
            <CloseButton
              aria-label={`Remove ${one} ${at + 1}`}
              onClick={() => onChange(value.filter((_, index) => index !== at))}
            />
          </Group>
        )
      })}
      {error ? (
        <Text c="red" size="sm" role="alert">
          {error}
        </Text>
      ) : null}
      <Button variant="subtle" size="compact-sm" onClick={() => onChange([...value, { name: '', value: '' }])}>
        Add a {one}
      </Button>
    </Fieldset>
  )
}
