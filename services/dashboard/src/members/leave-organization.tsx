import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useSuspenseQuery } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { Confirm } from '../kit/confirm.js'
import { useOrganization } from '../organization/organization-queries.js'
import { useGoElsewhere } from '../organization/use-go-elsewhere.js'
import { meOptions } from '../sign-in/who-is-signed-in.js'

export function LeaveOrganization({ onClose }: { readonly onClose: () => void }) {
  const { org, name, role } = useOrganization()
  const { data: me } = useSuspenseQuery(meOptions)
  const goElsewhere = useGoElsewhere()
  const leave = useMutation({
    mutationFn: () => answerOf(api.DELETE('/orgs/{org}/members/{user}', { params: { path: { org, user: me.id } } })),
    onSuccess: async () => {
      notifications.show({ title: `You have left ${name}`, message: 'To come back, you need a new invitation.' })
      await goElsewhere()
    },
  })
  return (
    <Confirm
      title={`Leave ${name}?`}
      action="Leave"
      isPending={leave.isPending}
      problem={leave.error}
      onConfirm={() => leave.mutate()}
      onClose={onClose}
    >
      <Text>
        You lose access at once, your personal access tokens included. To come back, you need a new invitation.
      </Text>
      {role === 'owner' ? (
        <Text mt="sm">An organization needs an owner: the last one makes another member an owner first.</Text>
      ) : null}
    </Confirm>
  )
}
