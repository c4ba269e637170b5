import { Group, Select, Text, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { Service } from '../api/types.js'
import { FormDialog } from '../kit/form-dialog.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { useOrganization } from '../organization/organization-queries.js'
import { type FieldRow, wrongRows } from './field-rows.js'
import { FieldRowsInput } from './field-rows-input.js'
import { METHODS } from './service-form.js'
import { TestCallAnswer } from './test-call-answer.js'
import { examplePath, type TestCallForm, testCallOf } from './test-call-form.js'

interface TestCallProps {
  readonly service: Service
  readonly onClose: () => void
}

/** One request through the proxy, as an app would send it. What it answers is kept nowhere. */
export function TestCall({ service, onClose }: TestCallProps) {
  const { org } = useOrganization()
  const initialValues: TestCallForm = {
    method: 'GET',
    path: examplePath(service.paths),
    query: '',
    headers: [],
    body: '',
  }
  const form = useForm({ initialValues, validate: { headers: (rows: readonly FieldRow[]) => wrongRows(rows) ?? null } })
  const call = useMutation({
    mutationFn: (values: TestCallForm) =>
      answerOf(
        api.POST('/orgs/{org}/services/{service}/test-call', {
          params: { path: { org, service: service.id } },
          body: testCallOf(values),
        }),
      ),
  })
  useRefusedFields(form, call.error)
  return (
    <FormDialog
      title={`Test call to ${service.name}`}
      action="Send"
      size="xl"
      isPending={call.isPending}
      problem={call.error}
      onSubmit={form.onSubmit((values) => call.mutate(values))}
      onClose={onClose}
    >
      <Text size="sm">
        This is a real request: the provider carries it out and bills for it. It goes through the proxy like an app’s,
        with the service’s secret, limits and allowed paths, and is in the access log.
      </Text>
      <Group align="flex-start" wrap="nowrap">
        <Select
          label="Method"
          w={130}
          allowDeselect={false}
          data={METHODS}
          error={form.errors.method}
          value={form.values.method}
          onChange={(chosen) =>
            form.setFieldValue('method', METHODS.find((method) => method === chosen) ?? form.values.method)
          }
        />
        <TextInput
          label="Path"
          flex={1}
          required
          data-autofocus
          description={`Below ${service.baseUrl}`}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          {...form.getInputProps('path')}
        />
      </Group>
      <TextInput label="Query" placeholder="limit=1" {...form.getInputProps('query')} />
      <FieldRowsInput
        legend="Headers"
        about="Sent as they are: {{NAME}} means nothing here. The secret is put in by the proxy."
        one="header"
        templates={false}
        value={form.values.headers}
        error={form.errors.headers}
        onChange={(rows) => form.setFieldValue('headers', rows)}
      />
      <Textarea
        label="Body"
        description="Sent as JSON, unless a content-type header says something else."
        autosize
        minRows={3}
        maxRows={12}
        {...form.getInputProps('body')}
      />
      {call.data && !call.isPending ? <TestCallAnswer answer={call.data} /> : null}
    </FormDialog>
  )
}
