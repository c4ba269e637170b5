import { Select, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { FormDialog } from '../kit/form-dialog.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { allMembersOptions } from '../members/member-queries.js'
import { meOptions } from '../sign-in/who-is-signed-in.js'
import { useOrganization } from './organization-queries.js'

export function TransferOwnership({ onClose }: { readonly onClose: () => void }) {
  const { org, name } = useOrganization()
  const { data: me } = useSuspenseQuery(meOptions)
  const members = useQuery(allMembersOptions(org))
  const form = useForm({
    initialValues: { user: '' },
    validate: { user: (user) => (user === '' ? 'Choose a member.' : null) },
  })
  const transfer = useMutation({
    mutationFn: (body: typeof form.values) =>
      answerOf(api.POST('/orgs/{org}/transfer', { params: { path: { org } }, body })),
    onSuccess: ({ user }) => {
      notifications.show({ title: `${user.name} is an owner of ${name}`, message: 'You are an admin from now on.' })
      onClose()
    },
  })
  useRefusedFields(form, transfer.error)
  return (
    <FormDialog
      title="Transfer ownership"
      action="Transfer"
      isPending={transfer.isPending}
      problem={transfer.error ?? members.error}
      onSubmit={form.onSubmit((values) => transfer.mutate(values))}
      onClose={onClose}
    >
      <Text size="sm">
        The member becomes an owner of {name}, and you become an admin. Only an owner can make you an owner again. To
        have a second owner and stay one, change the member’s role instead.
      </Text>
      <Select
        label="New owner"
        placeholder={members.isPending ? 'Loading' : 'Choose a member'}
        description={members.data?.length === 1 ? 'There is no other member yet: invite one first.' : undefined}
        data={(members.data ?? [])
          .filter(({ user }) => user.id !== me.id)
          .map(({ user }) => ({ value: user.id, label: `${user.name} (${user.email})` }))}
        searchable
        required
        data-autofocus
        value={form.values.user}
        error={form.errors.user}
        onChange={(user) => form.setFieldValue('user', user ?? '')}
      />
    </FormDialog>
  )
}
