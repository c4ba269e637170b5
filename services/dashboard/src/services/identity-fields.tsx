import { SimpleGrid, Stack, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { appPath } from './client-example.js'
import type { ServiceForm } from './service-form.js'

interface IdentityFieldsProps {
  readonly form: UseFormReturnType<ServiceForm>
  readonly onName: (name: string) => void
}

/** What a service is called, and where it leads. */
export function IdentityFields({ form, onName }: IdentityFieldsProps) {
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label="Name"
          description="For people."
          required
          {...form.getInputProps('name')}
          onChange={(event) => onName(event.currentTarget.value)}
        />
        <TextInput
          label="Slug"
          description={`Apps call ${appPath(form.values.slug === '' ? '…' : form.values.slug)}`}
          required
          {...form.getInputProps('slug')}
        />
      </SimpleGrid>
      <TextInput
        label="Base URL"
        description="Of the provider, with https. The app’s path follows it."
        placeholder="https://api.example.com"
        required
        {...form.getInputProps('baseUrl')}
      />
    </Stack>
  )
}
