import { Anchor, Select, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { answerOf, api } from '../api/client.js'
import type { App } from '../api/types.js'
import { FormDialog } from '../kit/form-dialog.js'
import { useOrganization } from '../organization/organization-queries.js'
import { allServicesOptions } from '../services/service-queries.js'

interface LinkServiceProps {
  readonly app: App
  /** Ids of the API services that it may call already. */
  readonly linked: readonly string[]
  readonly onClose: () => void
}

export function LinkService({ app, linked, onClose }: LinkServiceProps) {
  const { org } = useOrganization()
  const all = useQuery(allServicesOptions(org))
  const form = useForm({
    initialValues: { service: '' },
    validate: { service: (chosen) => (chosen === '' ? 'Choose an API service.' : null) },
  })
  const link = useMutation({
    mutationFn: ({ service }: typeof form.values) =>
      answerOf(api.PUT('/orgs/{org}/apps/{app}/links/{service}', { params: { path: { org, app: app.id, service } } })),
    onSuccess: ({ service }) => {
      notifications.show({ title: `${service.name} is linked`, message: `${app.name} may call it from now on.` })
      onClose()
    },
  })
  const others = (all.data ?? []).filter(({ id }) => !linked.includes(id))
  return (
    <FormDialog
      title="Link an API service"
      action="Link"
      isPending={link.isPending}
      problem={link.error ?? all.error}
      onSubmit={form.onSubmit((values) => link.mutate(values))}
      onClose={onClose}
    >
      <Select
        label="API service"
        placeholder={all.isPending ? 'Loading' : 'Choose'}
        data={others.map(({ id, name, slug }) => ({ value: id, label: `${name} (${slug})` }))}
        searchable
        required
        openOnFocus={false}
        data-autofocus
        {...form.getInputProps('service')}
      />
      {all.isSuccess && others.length === 0 ? (
        <Text size="sm">
          {all.data.length === 0 ? 'There are no API services yet. ' : 'All API services are linked. '}
          <Anchor inherit renderRoot={(props) => <Link to="/orgs/$org/services" params={{ org }} {...props} />}>
            To the API services
          </Anchor>
        </Text>
      ) : null}
    </FormDialog>
  )
}
