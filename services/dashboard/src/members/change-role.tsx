import { Select, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { Member } from '../api/types.js'
import { FormDialog } from '../kit/form-dialog.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { useOrganization } from '../organization/organization-queries.js'
import { PersonText } from './person-text.js'
import { ROLE_WORDS, roleOf, rolesGivenBy } from './roles.js'

interface ChangeRoleProps {
  readonly member: Member
  readonly isOneself: boolean
  readonly onClose: () => void
}

export function ChangeRole({ member, isOneself, onClose }: ChangeRoleProps) {
  const { org, role } = useOrganization()
  const form = useForm({ initialValues: { role: member.role } })
  const change = useMutation({
    mutationFn: (body: typeof form.values) =>
      answerOf(api.PATCH('/orgs/{org}/members/{user}', { params: { path: { org, user: member.user.id } }, body })),
    onSuccess: ({ user, role }) => {
      notifications.show({
        title: 'The role is changed',
        message: `${user.name} (${user.email}) is ${ROLE_WORDS[role]} from now on.`,
      })
      onClose()
    },
  })
  useRefusedFields(form, change.error)
  return (
    <FormDialog
      title={`Change the role of ${member.user.email}`}
      action="Save"
      isPending={change.isPending}
      problem={change.error}
      onSubmit={form.onSubmit((values) => change.mutate(values))}
      onClose={onClose}
    >
      <PersonText {...member.user} />
      {isOneself ? (
        <Text size="sm">This is your own role. With a lower one, only others can give this one back to you.</Text>
      ) : null}
      <Select
        label="Role"
        description="It takes effect at once. The table below the members says what each role may do."
        data={rolesGivenBy(role)}
        allowDeselect={false}
        data-autofocus
        value={form.values.role}
        error={form.errors.role}
        onChange={(chosen) => form.setFieldValue('role', roleOf(chosen))}
      />
    </FormDialog>
  )
}
