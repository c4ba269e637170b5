import { Button, CloseButton, Fieldset, Group, Select, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { CountInput } from './count-input.js'

interface Bound<Scope extends string> {
  readonly scope: Scope
  readonly count: number
}

interface BoundsFieldsProps<Scope extends string, B extends Bound<Scope>> {
  readonly legend: string
  /** Such as "limit". */
  readonly what: string
  /** What it means that there is none. */
  readonly none: string
  readonly value: readonly B[]
  /** Whose requests may be counted here, and what they are called. */
  readonly scopes: readonly Scope[]
  readonly labels: Readonly<Record<Scope, string>>
  readonly error: ReactNode
  /** What "Add" begins with. */
  readonly begin: (scope: Scope) => B
  /** The fields of a row behind who and how many. */
  readonly rest: (bound: B, set: (change: Partial<B>) => void) => ReactNode
  readonly onChange: (bounds: B[]) => void
}

/** Rows of who may make how many requests. Limits and quotas differ in the rest. */
export function BoundsFields<Scope extends string, B extends Bound<Scope>>({
  legend,
  what,
  none,
  value,
  scopes,
  labels,
  error,
  begin,
  rest,
  onChange,
}: BoundsFieldsProps<Scope, B>) {
  const set = (at: number, change: Partial<B>) =>
    onChange(value.map((bound, index) => (index === at ? { ...bound, ...change } : bound)))
  const free = scopes.find((scope) => !value.some((bound) => bound.scope === scope)) ?? scopes[0]
  return (
    <Fieldset legend={legend}>
      {value.length === 0 ? (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      ) : null}
      {value.map((bound, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a bound has no identity but its position in the list.
        <Group key={at} align="flex-end" mb="xs">
          <Select
            label="Who"
            w={170}
            allowDeselect={false}
            data={scopes.map((scope) => ({ value: scope, label: labels[scope] }))}
            value={bound.scope}
            onChange={(chosen) => set(at, { ...bound, scope: scopes.find((scope) => scope === chosen) ?? bound.scope })}
          />
          <CountInput label="Requests" w={130} value={bound.count} onChange={(count) => set(at, { ...bound, count })} />
          {rest(bound, (change) => set(at, change))}
          <CloseButton
            aria-label={`Remove ${what} ${at + 1}: ${labels[bound.scope]}`}
            mb={4}
            onClick={() => onChange(value.filter((_, index) => index !== at))}
          />
        </Group>
      ))}
      {error ? (
        <Text c="error" size="sm">
          {error}
        </Text>
      ) : null}
      {free === undefined ? null : (
        <Button variant="subtle" size="compact-sm" onClick={() => onChange([...value, begin(free)])}>
          Add a {what}
        </Button>
      )}
    </Fieldset>
  )
}
