import { Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { Role } from '../api/types.js'
import { FormDialog } from '../kit/form-dialog.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { ShownOnce } from '../kit/shown-once.js'
import { useOrganization } from '../organization/organization-queries.js'
import { joinLink } from './join-link.js'
import { roleOf, rolesGivenBy } from './roles.js'

const LEAST: Role = 'member'

/** "Invite": whom and as what; then the link to hand over, once. */
export function InviteMember({ onClose }: { readonly onClose: () => void }) {
  const { org, role } = useOrganization()
  const form = useForm({ initialValues: { email: '', role: LEAST } })
  const invite = useMutation({
    mutationFn: (body: typeof form.values) =>
      answerOf(api.POST('/orgs/{org}/invitations', { params: { path: { org } }, body })),
  })
  useRefusedFields(form, invite.error)
  if (invite.data) {
    const { email, token } = invite.data
    const link = joinLink(window.location.origin, token)
    return (
      <ShownOnce title={`Invitation for ${email}`} what="link" value={link} onDone={onClose}>
        Send this link to {email} yourself. It works once, within 7 days.
      </ShownOnce>
    )
  }
  return (
    <FormDialog
      title="Invite a person"
      action="Invite"
      isPending={invite.isPending}
      problem={invite.error}
      onSubmit={form.onSubmit((values) => invite.mutate(values))}
      onClose={onClose}
    >
      <TextInput
        label="E-mail"
        description="The invitation is for this address only. No mail is sent: you get a link to hand over."
        type="email"
        data-autofocus
        required
        {...form.getInputProps('email')}
      />
      <Select
        label="Role"
        data={rolesGivenBy(role)}
        allowDeselect={false}
        value={form.values.role}
        error={form.errors.role}
        onChange={(chosen) => form.setFieldValue('role', roleOf(chosen))}
      />
    </FormDialog>
  )
}
