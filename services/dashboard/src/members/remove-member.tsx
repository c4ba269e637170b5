import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { Member } from '../api/types.js'
import { Confirm } from '../kit/confirm.js'
import { useOrganization } from '../organization/organization-queries.js'

interface RemoveMemberProps {
  readonly member: Member
  readonly onClose: () => void
}

export function RemoveMember({ member: { user }, onClose }: RemoveMemberProps) {
  const { org, name } = useOrganization()
  const remove = useMutation({
    mutationFn: () => answerOf(api.DELETE('/orgs/{org}/members/{user}', { params: { path: { org, user: user.id } } })),
    onSuccess: () => {
      notifications.show({ title: `${user.name} is removed`, message: `${user.email} has no access any more.` })
      onClose()
    },
  })
  return (
    <Confirm
      title={`Remove ${user.name}?`}
      action="Remove"
      isPending={remove.isPending}
      problem={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Text>
        {user.email} loses access to {name} at once, personal access tokens included. Open invitations to and from this
        person are withdrawn. To come back, they need a new invitation.
      </Text>
    </Confirm>
  )
}
