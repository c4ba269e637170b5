import { Button, CloseButton, Fieldset, Group, Select, TagsInput, Text, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Bindings, Placement } from '../api/types.js'

type Kind = Placement['kind']

export const NO_BINDINGS: Bindings = {
  origins: [],
  placements: [{ kind: 'header', name: 'Authorization' }],
  services: [],
}

/** `named`: what the name of such a place is. */
const KINDS: Readonly<Record<Kind, { readonly label: string; readonly named?: string }>> = {
  header: { label: 'Header', named: 'Name of the header' },
  query: { label: 'Query parameter', named: 'Name of the parameter' },
  path: { label: 'Path', named: 'Template of the path' },
  'basic-user': { label: 'User of Basic authentication' },
  'basic-password': { label: 'Password of Basic authentication' },
}

interface BindingsFieldsProps {
  readonly value: Bindings
  readonly error: ReactNode
  readonly onChange: (bindings: Bindings) => void
}

/** Where a value may go. Sealed with it: to change this later, the whole value has to be entered again. */
export function BindingsFields({ value, error, onChange }: BindingsFieldsProps) {
  const { placements } = value
  const setPlace = (at: number, place: Placement) =>
    onChange({ ...value, placements: placements.map((each, index) => (index === at ? place : each)) })
  return (
    <Fieldset legend="Where it may go">
      <Text size="sm" c="dimmed" mb="xs">
        Sealed together with the value: nobody can widen it later without entering the whole value again.
      </Text>
      <TagsInput
        label="Origins"
        description="Press Enter after each one. With https, without a path."
        placeholder="https://api.example.com"
        value={value.origins}
        onChange={(origins) => onChange({ ...value, origins })}
      />
      {placements.map((place, at) => (
        <PlaceFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a place has no identity but its position in the list.
          key={at}
          place={place}
          onChange={(changed) => setPlace(at, changed)}
          onRemove={() => onChange({ ...value, placements: placements.filter((_, index) => index !== at) })}
        />
      ))}
      <Button
        variant="subtle"
        size="compact-sm"
        mt="xs"
        onClick={() => onChange({ ...value, placements: [...placements, { kind: 'header', name: '' }] })}
      >
        Add a place
      </Button>
      <TagsInput
        label="Internal services"
        description="Only for services of your own that lease this secret: their SPIFFE ids."
        placeholder="spiffe://example.com/billing"
        mt="sm"
        value={value.services}
        onChange={(services) => onChange({ ...value, services })}
      />
      {error ? (
        <Text c="error" size="sm" mt="xs">
          {error}
        </Text>
      ) : null}
    </Fieldset>
  )
}

interface PlaceFieldsProps {
  readonly place: Placement
  readonly onChange: (place: Placement) => void
  readonly onRemove: () => void
}

function PlaceFields({ place, onChange, onRemove }: PlaceFieldsProps) {
  const { named } = KINDS[place.kind]
  return (
    <Group align="flex-end" mt="sm">
      <Select
        label="Place in the request"
        allowDeselect={false}
        data={Object.entries(KINDS).map(([value, { label }]) => ({ value, label }))}
        value={place.kind}
        onChange={(kind) => isKind(kind) && onChange(placeOf(kind, nameOf(place)))}
      />
      {named === undefined ? null : (
        <TextInput
          label={named}
          flex={1}
          miw={180}
          required
          value={nameOf(place)}
          onChange={(event) => onChange(placeOf(place.kind, event.currentTarget.value))}
        />
      )}
      <CloseButton aria-label="Remove this place" mb={4} onClick={onRemove} />
    </Group>
  )
}

const isKind = (kind: string | null): kind is Kind => kind !== null && Object.hasOwn(KINDS, kind)

function nameOf(place: Placement): string {
  if (place.kind === 'path') return place.template
  return 'name' in place ? place.name : ''
}

function placeOf(kind: Kind, name: string): Placement {
  switch (kind) {
    case 'header':
    case 'query':
      return { kind, name }
    case 'path':
      return { kind, template: name }
    default:
      return { kind }
  }
}
