import { Autocomplete, type AutocompleteProps } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useOrganization } from '../organization/organization-queries.js'
import { secretNamesOptions } from './service-queries.js'
import { completions } from './templates.js'

type TemplateInputProps = Pick<AutocompleteProps, 'label' | 'aria-label' | 'description' | 'placeholder' | 'flex'> & {
  readonly value: string
  readonly onChange: (text: string) => void
}

/** Text with {{NAME}} for secrets. Offers their names, so that nobody has to spell them. */
export function TemplateInput({ value, ...props }: TemplateInputProps) {
  const { org } = useOrganization()
  const { data: secrets } = useSuspenseQuery(secretNamesOptions(org))
  return (
    <Autocomplete
      {...props}
      autoComplete="off"
      value={value}
      data={completions(value, secrets)}
      filter={({ options }) => options}
    />
  )
}
