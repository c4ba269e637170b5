import { Alert, Button, Group, Stack, Switch, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { App } from '../api/types.js'
import { LimitsFields } from '../kit/limits-fields.js'
import { ProblemAlert } from '../kit/problem-alert.js'
import { QuotasFields } from '../kit/quotas-fields.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { useOrganization } from '../organization/organization-queries.js'
import { APP_SCOPES, type AppValues, patchOf, valuesOf } from './app-values.js'
import { PlatformField } from './platform-field.js'
import { PolicyField } from './policy-field.js'

/** What can be changed of an app. Limits and quotas count its requests to all API services. */
export function AppSettings({ app }: { readonly app: App }) {
  const { org } = useOrganization()
  const form = useForm<AppValues>({ initialValues: valuesOf(app) })
  const save = useMutation({
    mutationFn: ({ before, after }: { readonly before: AppValues; readonly after: AppValues }) =>
      answerOf(
        api.PATCH('/orgs/{org}/apps/{app}', {
          params: { path: { org, app: app.id } },
          body: patchOf(before, after),
        }),
      ),
    onSuccess: (saved) => {
      notifications.show({
        title: `${saved.name} is saved`,
        message: 'No new request is served with the previous settings any more.',
      })
      form.setInitialValues(valuesOf(saved))
      form.setValues(valuesOf(saved))
    },
  })
  useRefusedFields(form, save.error)
  return (
    <form
      onSubmit={form.onSubmit((after) => save.mutate({ before: form.getInitialValues(), after }))}
      noValidate
      autoComplete="off"
    >
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
        <ProblemAlert problem={save.error} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
          <Button variant="default" disabled={!form.isDirty()} onClick={form.reset}>
            Discard changes
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
