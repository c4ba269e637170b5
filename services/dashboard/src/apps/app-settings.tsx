import { Alert, Stack, Switch, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api } from '../api/client.js'
import { type Read, readOf } from '../api/read.js'
import type { App } from '../api/types.js'
import { EditActions } from '../kit/edit-actions.js'
import { LimitsFields } from '../kit/limits-fields.js'
import { QuotasFields } from '../kit/quotas-fields.js'
import { useEdited } from '../kit/use-edited.js'
import { useOrganization } from '../organization/organization-queries.js'
import { appOptions } from './app-queries.js'
import { APP_FIELDS, APP_SCOPES } from './app-values.js'
import { PlatformField } from './platform-field.js'
import { PolicyField } from './policy-field.js'

/** What can be changed of an app. Limits and quotas count its requests to all API services. */
export function AppSettings({ app }: { readonly app: Read<App> }) {
  const { org } = useOrganization()
  const { app: idOrSlug } = useParams({ from: '/signed-in/orgs/$org/apps/$app' })
  const client = useQueryClient()
  const edited = useEdited({
    stored: app,
    fields: APP_FIELDS,
    send: (body, header) =>
      readOf(api.PATCH('/orgs/{org}/apps/{app}', { params: { path: { org, app: app.id }, header }, body })),
    fetchStored: () => client.fetchQuery({ ...appOptions(org, app.id), staleTime: 0 }),
    onSaved: (saved) => {
      notifications.show({
        title: `${saved.name} is saved`,
        message: 'No new request is served with the previous settings any more.',
      })
      client.setQueryData(appOptions(org, idOrSlug).queryKey, saved)
    },
  })
  const { form, save } = edited
  return (
    <form onSubmit={form.onSubmit(() => save.mutate())} noValidate autoComplete="off">
      <Stack maw={640}>
        {app.externalVersion === null ? null : (
          <Alert color="yellow" variant="light" title={`Automation has put this app as ${app.externalVersion}`}>
            What you save here lasts until it puts the app again.
          </Alert>
        )}
        <TextInput label="Name" required {...form.getInputProps('name')} />
        <TextInput
          label="Slug"
          description="Automation that finds the app by its slug has to follow a change."
          required
          {...form.getInputProps('slug')}
        />
        <PlatformField {...form.getInputProps('platform')} />
        <PolicyField {...form.getInputProps('policy')} value={form.values.policy} />
        <Switch
          label="Enabled"
          description="While it is off, the proxy refuses every request of this app."
          {...form.getInputProps('enabled', { type: 'checkbox' })}
        />
        <LimitsFields
          value={form.values.limits}
          scopes={APP_SCOPES}
          error={form.errors.limits}
          onChange={(limits) => form.setFieldValue('limits', limits)}
        />
        <QuotasFields
          value={form.values.quotas}
          scopes={APP_SCOPES}
          error={form.errors.quotas}
          onChange={(quotas) => form.setFieldValue('quotas', quotas)}
        />
        <EditActions action="Save" edited={edited} />
      </Stack>
    </form>
  )
}
