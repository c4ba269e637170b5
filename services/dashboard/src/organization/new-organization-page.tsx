import { Button, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api } from '../api/client.js'
import { readOf } from '../api/read.js'
import { PageHead } from '../kit/page-head.js'
import { ProblemAlert } from '../kit/problem-alert.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { organizationOptions, organizationsOptions } from './organization-queries.js'

export function NewOrganizationPage() {
  const { data: organizations } = useSuspenseQuery(organizationsOptions)
  const client = useQueryClient()
  const navigate = useNavigate()
  const form = useForm({ initialValues: { name: '', slug: '' } })
  const create = useMutation({
    mutationFn: ({ name, slug }: typeof form.values) =>
      readOf(api.POST('/orgs', { body: { name, ...(slug === '' ? {} : { slug }) } })),
    onSuccess: async (made) => {
      client.setQueryData(organizationOptions(made.slug).queryKey, made)
      client.setQueryData(organizationsOptions.queryKey, (known) => known && [...known, made])
      await navigate({ to: '/orgs/$org/secrets', params: { org: made.slug } })
    },
  })
  useRefusedFields(form, create.error)
  return (
    <>
      <PageHead
        title="New organization"
        about={
          organizations.length === 0
            ? 'You belong to no organization. Make one, or ask an owner or an admin of another one to invite you.'
            : 'Secrets, API services, apps and members of their own. You become its owner.'
        }
      />
      <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate autoComplete="off">
        <Stack maw={420}>
          <TextInput
            label="Name"
            description="Such as your company."
            required
            autoFocus
            {...form.getInputProps('name')}
          />
          <TextInput
            label="Slug"
            description="Optional. Its name in addresses: lower-case letters, digits and hyphens. Left empty, it is made from the name."
            placeholder="acme"
            {...form.getInputProps('slug')}
          />
          <ProblemAlert problem={create.error} />
          <Button type="submit" loading={create.isPending}>
            Create organization
          </Button>
        </Stack>
      </form>
    </>
  )
}
