import { Alert, NumberInput, SimpleGrid, Stack, Switch } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { FieldRowsInput } from './field-rows-input.js'
import type { ServiceForm } from './service-form.js'

/** How requests are forwarded, and what is done with their answers. */
export function ForwardingFields({ form }: { readonly form: UseFormReturnType<ServiceForm> }) {
  return (
    <Stack>
      <FieldRowsInput
        legend="Extra headers"
        about="Put into each request, such as the id of an organization at the provider. Values may name secrets: {{NAME}}."
        one="header"
        templates
        value={form.values.extraHeaders}
        error={form.errors.extraHeaders}
        onChange={(rows) => form.setFieldValue('extraHeaders', rows)}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput
          label="Timeout, in seconds"
          description="For a whole answer."
          min={1}
          max={600}
          {...form.getInputProps('timeoutSeconds')}
          error={form.errors.timeoutSeconds ?? form.errors.timeoutMs}
        />
        <NumberInput
          label="Largest body, in MiB"
          description="Of a request. A larger one is answered TOO_LARGE."
          min={0}
          max={1024}
          {...form.getInputProps('bodyMebibytes')}
          error={form.errors.bodyMebibytes ?? form.errors.bodyBytesMax}
        />
      </SimpleGrid>
      <Switch
        label="Scrub answers"
        description="Searches the provider’s answers for the secret’s value, and ends an answer that contains it."
        {...form.getInputProps('scrub', { type: 'checkbox' })}
      />
      {form.values.scrub ? null : (
        <Alert color="yellow" variant="light" role="status">
          Off: if the provider repeats the key in an answer, the app receives it, and whoever controls the app can read
          it.
        </Alert>
      )}
      <Switch
        label="Forward trace context"
        description="The provider receives ProtectMyAPI’s traceparent in place of the app’s own."
        {...form.getInputProps('forwardTraceContext', { type: 'checkbox' })}
      />
    </Stack>
  )
}
