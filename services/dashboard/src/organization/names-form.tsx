import { TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useNavigate } from '@tanstack/react-router'
import { NAMES } from './organization-fields.js'
import { SettingsForm } from './settings-form.js'
import { useEditedOrganization } from './use-edited-organization.js'

export function NamesForm() {
  const navigate = useNavigate()
  const edited = useEditedOrganization(NAMES, ({ name, slug }) => {
    notifications.show({ title: 'Saved', message: `The organization is called ${name}.` })
    return navigate({ to: '/orgs/$org/settings', params: { org: slug }, replace: true })
  })
  const { form, save } = edited
  return (
    <SettingsForm title="Name" action="Save name" edited={edited} onSubmit={form.onSubmit(() => save.mutate())}>
      <TextInput label="Name" required {...form.getInputProps('name')} />
      <TextInput
        label="Slug"
        description="Its name in addresses. A former slug goes on working, and no other organization can take it; an organization keeps 20 of them. Scripts that use the id need no slug."
        required
        {...form.getInputProps('slug')}
      />
    </SettingsForm>
  )
}
