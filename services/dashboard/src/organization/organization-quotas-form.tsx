import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { QuotasFields } from '../kit/quotas-fields.js'
import { QUOTAS } from './organization-fields.js'
import { SettingsForm } from './settings-form.js'
import { useEditedOrganization } from './use-edited-organization.js'

export function OrganizationQuotasForm() {
  const edited = useEditedOrganization(QUOTAS, () =>
    notifications.show({
      title: 'The quotas are in force',
      message: 'No new request is counted by the previous ones.',
    }),
  )
  const { form, save } = edited
  return (
    <SettingsForm title="Quotas" action="Save quotas" edited={edited} onSubmit={form.onSubmit(() => save.mutate())}>
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
