import { Button, CloseButton, Fieldset, Group, Select, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { App } from '../api/types.js'
import { CountInput } from './count-input.js'

export type Quota = App['quotas'][number]

const SCOPES = { device: 'Each device', app: 'The app', organization: 'The organization' }
const PERIODS = { day: 'UTC day', month: 'UTC month' }

interface QuotasFieldsProps {
  readonly value: readonly Quota[]
  /** Whose requests may be counted here. */
  readonly scopes: readonly Quota['scope'][]
  readonly error: ReactNode
  readonly onChange: (quotas: Quota[]) => void
}

/** Quotas: so many requests in a day or month. */
export function QuotasFields({ value, scopes, error, onChange }: QuotasFieldsProps) {
  const set = (at: number, change: Partial<Quota>) =>
    onChange(value.map((quota, index) => (index === at ? { ...quota, ...change } : quota)))
  const [first] = scopes
  return (
    <Fieldset legend="Quotas">
      {value.length === 0 ? (
        <Text size="sm" c="dimmed">
          None.
        </Text>
      ) : null}
      {value.map((quota, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a quota has no identity but its position in the list.
        <Group key={at} align="flex-end" mb="xs">
          <Select
            label="Who"
            w={170}
            allowDeselect={false}
            data={scopes.map((scope) => ({ value: scope, label: SCOPES[scope] }))}
            value={quota.scope}
            onChange={(chosen) => set(at, { scope: scopes.find((scope) => scope === chosen) ?? quota.scope })}
          />
          <CountInput label="Requests" w={140} value={quota.count} onChange={(count) => set(at, { count })} />
          <Select
            label="in a"
            w={140}
            allowDeselect={false}
            data={Object.entries(PERIODS).map(([period, label]) => ({ value: period, label }))}
            value={quota.period}
            onChange={(period) => set(at, { period: period === 'day' ? 'day' : 'month' })}
          />
          <CloseButton
            aria-label={`Remove the quota of ${quota.scope}`}
            mb={4}
            onClick={() => onChange(value.filter((_, index) => index !== at))}
          />
        </Group>
      ))}
      {error === undefined ? null : (
        <Text c="red" size="sm">
          {error}
        </Text>
      )}
      {first === undefined ? null : (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => onChange([...value, { scope: first, period: 'day', count: 10_000 }])}
        >
          Add a quota
        </Button>
      )}
    </Fieldset>
  )
}
