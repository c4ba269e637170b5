import { Checkbox, Fieldset, SimpleGrid, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { SCOPE_GROUPS, SCOPE_WORDS, type Scope, scopesOf } from './scopes.js'

interface ScopesFieldsProps {
  readonly value: readonly Scope[]
  readonly error: ReactNode
  readonly onChange: (scopes: Scope[]) => void
}

/** A checklist of what a token may do. */
export function ScopesFields({ value, error, onChange }: ScopesFieldsProps) {
  return (
    <Checkbox.Group
      label="Scopes"
      description="As few as the script needs. The token never allows more than your role does."
      required
      value={[...value]}
      error={error}
      onChange={(chosen) => onChange(scopesOf(chosen))}
    >
      <Stack my="xs" gap="xs">
        {SCOPE_GROUPS.map(({ label, scopes }) => (
          <Fieldset key={label} legend={label}>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs">
              {scopes.map((scope) => (
                <Checkbox key={scope} value={scope} label={SCOPE_WORDS[scope]} description={scope} />
              ))}
            </SimpleGrid>
          </Fieldset>
        ))}
      </Stack>
    </Checkbox.Group>
  )
}
