import { Alert, Stack, Switch, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { Read } from '../api/read.js'
import type { App } from '../api/types.js'
import { EditActions } from '../kit/edit-actions.js'
import { LimitsFields } from '../kit/limits-fields.js'
import { QuotasFields } from '../kit/quotas-fields.js'
import { APP_FIELDS, APP_SCOPES } from './app-values.js'
import { PlatformField } from './platform-field.js'
import { PolicyField } from './policy-field.js'
import { useEditedApp } from './use-edited-app.js'

/** What can be changed of an app. Limits and quotas count its requests to all API services. */
export function AppSettings({ app }: { readonly app: Read<App> }) {
  const edited = useEditedApp(app, APP_FIELDS, ({ name }) =>
    notifications.show({
      title: `${name} is saved`,
      message: 'No new request is served with the previous settings any more.',
    }),
  )
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
