import { Button, CloseButton, Fieldset, Group, Select, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { App } from '../api/types.js'
import { CountInput } from './count-input.js'

export type Limit = App['limits'][number]

const SCOPES = { device: 'Each device', app: 'Each app', service: 'The service', organization: 'The organization' }
const PERIODS = { '1': 'second', '60': 'minute', '3600': 'hour' } as const

interface LimitsFieldsProps {
  readonly value: readonly Limit[]
  /** Whose requests may be counted here. */
  readonly scopes: readonly Limit['scope'][]
  readonly error: ReactNode
  readonly onChange: (limits: Limit[]) => void
}

/** Rate limits: so many requests in a period, and so many at once. */
export function LimitsFields({ value, scopes, error, onChange }: LimitsFieldsProps) {
  const set = (at: number, change: Partial<Limit>) =>
    onChange(value.map((limit, index) => (index === at ? { ...limit, ...change } : limit)))
  const free = scopes.find((scope) => !value.some((limit) => limit.scope === scope)) ?? scopes[0]
  return (
    <Fieldset legend="Rate limits">
      {value.length === 0 ? (
        <Text size="sm" c="dimmed">
          None: a single phone may use up the provider’s quota.
        </Text>
      ) : null}
      {value.map((limit, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a limit has no identity but its position in the list.
        <Group key={at} align="flex-end" mb="xs">
          <Select
            label="Who"
            w={160}
            allowDeselect={false}
            data={scopes.map((scope) => ({ value: scope, label: SCOPES[scope] }))}
            value={limit.scope}
            onChange={(chosen) => set(at, { scope: scopes.find((scope) => scope === chosen) ?? limit.scope })}
          />
          <CountInput label="Requests" w={110} value={limit.count} onChange={(count) => set(at, { count })} />
          <Select
            label="in a"
            w={120}
            allowDeselect={false}
            data={periodsWith(limit.periodSeconds)}
            value={String(limit.periodSeconds)}
            onChange={(seconds) => set(at, { periodSeconds: Number(seconds) })}
          />
          <CountInput label="At once" w={110} value={limit.burst} onChange={(burst) => set(at, { burst })} />
          <CloseButton
            aria-label={`Remove the limit of ${limit.scope}`}
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
      {free === undefined ? null : (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => onChange([...value, { scope: free, count: 60, periodSeconds: 60, burst: 10 }])}
        >
          Add a limit
        </Button>
      )}
    </Fieldset>
  )
}

/** The usual periods, and the present one, which automation may have set to any number of seconds. */
function periodsWith(seconds: number): { value: string; label: string }[] {
  const usual = Object.entries(PERIODS).map(([value, label]) => ({ value, label }))
  const present = String(seconds)
  return Object.hasOwn(PERIODS, present) ? usual : [...usual, { value: present, label: `${seconds} seconds` }]
}

/** `60 per minute for each device`, for tables. */
export function limitWords({ scope, count, periodSeconds }: Limit): string {
  const period = periodsWith(periodSeconds).find(({ value }) => value === String(periodSeconds))?.label
  return `${count} per ${period} (${SCOPES[scope].toLowerCase()})`
}
