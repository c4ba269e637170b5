import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { Member } from '../api/types.js'
import { Confirm } from '../kit/confirm.js'
import { useOrganization } from '../organization/organization-queries.js'
import { PersonText } from './person-text.js'

interface RemoveMemberProps {
  readonly member: Member
  readonly onClose: () => void
}

export function RemoveMember({ member: { user }, onClose }: RemoveMemberProps) {
  const { org, name } = useOrganization()
  const remove = useMutation({
    mutationFn: () => answerOf(api.DELETE('/orgs/{org}/members/{user}', { params: { path: { org, user: user.id } } })),
    onSuccess: () => {
      notifications.show({ title: `${user.email} is removed`, message: `${user.name} has no access any more.` })
      onClose()
    },
  })
  return (
    <Confirm
      title={`Remove ${user.email}?`}
      action="Remove"
      isPending={remove.isPending}
      problem={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <PersonText {...user} />
      <Text mt="sm">
        This person loses access to {name} at once, personal access tokens included. Open invitations to and from them
        are withdrawn. To come back, they need a new invitation.
      </Text>
    </Confirm>
  )
}
