import { Stack, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api } from '../api/client.js'
import { type Read, readOf } from '../api/read.js'
import type { Service } from '../api/types.js'
import { EditActions } from '../kit/edit-actions.js'
import { useEdited } from '../kit/use-edited.js'
import { useOrganization } from '../organization/organization-queries.js'
import { presetsOptions } from '../secrets/secret-queries.js'
import { AuthFields } from './auth-fields.js'
import { ForwardingFields } from './forwarding-fields.js'
import { IdentityFields } from './identity-fields.js'
import { RequestsFields } from './requests-fields.js'
import { SERVICE_FIELDS, SERVICE_RULES } from './service-form.js'
import { serviceOptions } from './service-queries.js'

/** All settings of a service, except whether it is enabled. */
export function EditService({ service }: { readonly service: Read<Service> }) {
  const { org } = useOrganization()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { data: presets } = useSuspenseQuery(presetsOptions)
  const edited = useEdited({
    stored: service,
    fields: SERVICE_FIELDS,
    rules: SERVICE_RULES,
    send: (body, header) =>
      readOf(
        api.PATCH('/orgs/{org}/services/{service}', { params: { path: { org, service: service.id }, header }, body }),
      ),
    fetchStored: () => client.fetchQuery({ ...serviceOptions(org, service.id), staleTime: 0 }),
    onSaved: (saved) => {
      const { name, slug } = saved
      notifications.show({ title: `${name} is changed`, message: 'No new request is served with the old settings.' })
      client.setQueryData(serviceOptions(org, slug).queryKey, saved)
      // Its address has the slug.
      return navigate({ to: '/orgs/$org/services/$service', params: { org, service: slug }, replace: true })
    },
  })
  const { form, begun, save } = edited
  return (
    <form aria-label="Settings" noValidate autoComplete="off" onSubmit={form.onSubmit(() => save.mutate())}>
      <Stack maw={860}>
        <Title order={2} size="h4">
          Settings
        </Title>
        <IdentityFields form={form} onName={(name) => form.setFieldValue('name', name)} />
        <AuthFields
          value={form.values.auth}
          error={form.errors.auth}
          onChange={(auth) => form.setFieldValue('auth', auth)}
        />
        <RequestsFields form={form} preset={presets.find(({ id }) => id === begun.preset)} />
        <ForwardingFields form={form} />
        <EditActions action="Save" edited={edited} />
      </Stack>
    </form>
  )
}
