import { Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { QuotasFields } from '../kit/quotas-fields.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { organizationOptions, useOrganization } from './organization-queries.js'
import { SettingsForm } from './settings-form.js'

export function OrganizationQuotasForm() {
  const { org, quotas } = useOrganization()
  const client = useQueryClient()
  const form = useForm({ initialValues: { quotas } })
  const set = useMutation({
    mutationFn: ({ quotas }: typeof form.values) =>
      answerOf(
        api.PATCH('/orgs/{org}', {
          params: { path: { org } },
          body: { quotas: quotas.map((quota) => ({ ...quota, scope: 'organization' as const })) },
        }),
      ),
    onSuccess: (changed) => {
      notifications.show({
        title: 'The quotas are in force',
        message: 'No new request is counted by the previous ones.',
      })
      form.setValues({ quotas: changed.quotas })
      form.resetDirty({ quotas: changed.quotas })
      client.setQueryData(organizationOptions(org).queryKey, changed)
    },
  })
  useRefusedFields(form, set.error)
  return (
    <SettingsForm
      title="Quotas"
      action="Save quotas"
      isDirty={form.isDirty()}
      isPending={set.isPending}
      problem={set.error}
      onSubmit={form.onSubmit((values) => set.mutate(values))}
    >
      <Text size="sm" c="dimmed">
        How many requests all apps together may send. Saving cuts off answers that are under way.
      </Text>
      <QuotasFields
        value={form.values.quotas}
        scopes={['organization']}
        error={form.errors.quotas}
        onChange={(entered) => form.setFieldValue('quotas', entered)}
      />
    </SettingsForm>
  )
}
