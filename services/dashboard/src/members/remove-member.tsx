import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { Member } from '../api/types.js'
import { Confirm } from '../kit/confirm.js'
import { useOrganization } from '../organization/organization-queries.js'
import { invitationsKey, membersKey } from './member-queries.js'

interface RemoveMemberProps {
  readonly member: Member
  readonly onClose: () => void
}

export function RemoveMember({ member: { user }, onClose }: RemoveMemberProps) {
  const { org, name } = useOrganization()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => answerOf(api.DELETE('/orgs/{org}/members/{user}', { params: { path: { org, user: user.id } } })),
    onSuccess: async () => {
      notifications.show({ title: `${user.name} is removed`, message: `${user.email} has no access any more.` })
      onClose()
      await client.invalidateQueries({ queryKey: membersKey(org) })
      await client.invalidateQueries({ queryKey: invitationsKey(org) })
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
