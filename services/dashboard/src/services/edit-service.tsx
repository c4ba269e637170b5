import { Button, Group, Stack, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api/client.js'
import { asProblem } from '../api/problem.js'
import { ProblemAlert } from '../kit/problem-alert.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { useOrganization } from '../organization/organization-queries.js'
import { presetsOptions } from '../secrets/secret-queries.js'
import { AuthFields } from './auth-fields.js'
import { ForwardingFields } from './forwarding-fields.js'
import { IdentityFields } from './identity-fields.js'
import { RequestsFields } from './requests-fields.js'
import { changesOf, SERVICE_RULES, serviceForm } from './service-form.js'
import { type ReadService, serviceOptions, withEtag } from './service-queries.js'

/** All settings of a service. What is entered stays when the service is read again in the background. */
export function EditService({ read }: { readonly read: ReadService }) {
  const { org } = useOrganization()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { data: presets } = useSuspenseQuery(presetsOptions)
  /** What the form began with. */
  const [base, setBase] = useState(read)
  const form = useForm({ initialValues: serviceForm(base.service), validate: SERVICE_RULES })
  const changes = changesOf(base.service, form.values)
  const isChanged = Object.keys(changes).length > 0

  function beginWith(next: ReadService): void {
    setBase(next)
    form.setValues(serviceForm(next.service))
    form.clearErrors()
  }

  function discard(): void {
    beginWith(base)
    save.reset()
  }

  const save = useMutation({
    mutationFn: () => {
      // Only of the settings that are shown here: enabling the service meanwhile is in nobody's way.
      const isAsBegun = Object.keys(changesOf(read.service, serviceForm(base.service))).length === 0
      const { etag } = isAsBegun ? read : base
      return withEtag(
        api.PATCH('/orgs/{org}/services/{service}', {
          params: { path: { org, service: base.service.id }, header: etag === null ? {} : { 'if-match': etag } },
          body: changes,
        }),
      )
    },
    onSuccess: async (saved) => {
      const { name, slug } = saved.service
      notifications.show({ title: `${name} is changed`, message: 'No new request is served with the old settings.' })
      client.setQueryData(serviceOptions(org, slug).queryKey, saved)
      beginWith(saved)
      // Its address has the slug.
      await navigate({ to: '/orgs/$org/services/$service', params: { org, service: slug }, replace: true })
    },
  })
  const reload = useMutation({
    mutationFn: () => client.fetchQuery({ ...serviceOptions(org, base.service.id), staleTime: 0 }),
    onSuccess: (stored) => {
      beginWith(stored)
      save.reset()
    },
  })
  useRefusedFields(form, save.error)
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
        <RequestsFields form={form} preset={presets.find(({ id }) => id === base.service.preset)} />
        <ForwardingFields form={form} />
        <ProblemAlert problem={save.error ?? reload.error} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!isChanged}>
            Save
          </Button>
          {isChanged ? (
            <Button variant="default" onClick={discard}>
              Discard changes
            </Button>
          ) : null}
          {save.isError && asProblem(save.error).code === 'PRECONDITION_FAILED' ? (
            <Button variant="default" loading={reload.isPending} onClick={() => reload.mutate()}>
              Load what is stored, and lose what is entered
            </Button>
          ) : null}
        </Group>
      </Stack>
    </form>
  )
}
