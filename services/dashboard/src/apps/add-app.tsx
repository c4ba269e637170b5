import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { answerOf, api } from '../api/client.js'
import type { App } from '../api/types.js'
import { FormDialog } from '../kit/form-dialog.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { slugFrom } from '../kit/slug-from.js'
import { useOrganization } from '../organization/organization-queries.js'
import { PlatformField } from './platform-field.js'
import { PolicyField } from './policy-field.js'

type NewApp = Pick<App, 'name' | 'slug' | 'platform' | 'policy'>

/** A new app, which may call nothing yet. Leads to its page, where API services are linked. */
export function AddApp({ onClose }: { readonly onClose: () => void }) {
  const { org } = useOrganization()
  const navigate = useNavigate()
  const form = useForm<NewApp>({ initialValues: { name: '', slug: '', platform: 'ios', policy: 'enforce' } })
  const add = useMutation({
    mutationFn: (body: NewApp) => answerOf(api.POST('/orgs/{org}/apps', { params: { path: { org } }, body })),
    onSuccess: async ({ id, name }) => {
      notifications.show({ title: `${name} is added`, message: 'Link the API services that it may call.' })
      await navigate({ to: '/orgs/$org/apps/$app', params: { org, app: id }, search: { tab: 'services' } })
    },
  })
  useRefusedFields(form, add.error)

  function enterName(name: string): void {
    // The slug follows the name, until somebody enters one.
    if (form.values.slug === slugFrom(form.values.name)) form.setFieldValue('slug', slugFrom(name))
    form.setFieldValue('name', name)
  }

  return (
    <FormDialog
      title="Add app"
      action="Add"
      size="lg"
      isPending={add.isPending}
      problem={add.error}
      onSubmit={form.onSubmit((values) => add.mutate(values))}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        placeholder="Chat for iPhone"
        data-autofocus
        required
        {...form.getInputProps('name')}
        onChange={(event) => enterName(event.currentTarget.value)}
      />
      <TextInput
        label="Slug"
        description="Automation finds the app by it. Lower-case letters, digits and hyphens."
        placeholder="chat-for-iphone"
        required
        {...form.getInputProps('slug')}
      />
      <PlatformField {...form.getInputProps('platform')} />
      <PolicyField {...form.getInputProps('policy')} value={form.values.policy} />
    </FormDialog>
  )
}
