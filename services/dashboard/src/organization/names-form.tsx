import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { answerOf, api } from '../api/client.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { organizationOptions, useOrganization } from './organization-queries.js'
import { SettingsForm } from './settings-form.js'

export function NamesForm() {
  const { org, name, slug } = useOrganization()
  const client = useQueryClient()
  const navigate = useNavigate()
  const form = useForm({ initialValues: { name, slug } })
  const rename = useMutation({
    // What stays is not sent: somebody else may have changed it meanwhile.
    mutationFn: (entered: typeof form.values) =>
      answerOf(
        api.PATCH('/orgs/{org}', {
          params: { path: { org } },
          body: {
            ...(entered.name === name ? {} : { name: entered.name }),
            ...(entered.slug === slug ? {} : { slug: entered.slug }),
          },
        }),
      ),
    onSuccess: async (renamed) => {
      notifications.show({ title: 'Saved', message: `The organization is called ${renamed.name}.` })
      form.setValues({ name: renamed.name, slug: renamed.slug })
      form.resetDirty({ name: renamed.name, slug: renamed.slug })
      client.setQueryData(organizationOptions(org).queryKey, renamed)
      client.setQueryData(organizationOptions(renamed.slug).queryKey, renamed)
      await navigate({ to: '/orgs/$org/settings', params: { org: renamed.slug }, replace: true })
    },
  })
  useRefusedFields(form, rename.error)
  return (
    <SettingsForm
      title="Name"
      action="Save name"
      isDirty={form.isDirty()}
      isPending={rename.isPending}
      problem={rename.error}
      onSubmit={form.onSubmit((values) => rename.mutate(values))}
    >
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
