import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { answerOf, api } from '../api/client.js'
import type { App } from '../api/types.js'
import { Confirm } from '../kit/confirm.js'
import { useOrganization } from '../organization/organization-queries.js'

interface DeleteAppProps {
  readonly app: App
  readonly onClose: () => void
}

export function DeleteApp({ app, onClose }: DeleteAppProps) {
  const { org } = useOrganization()
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () => answerOf(api.DELETE('/orgs/{org}/apps/{app}', { params: { path: { org, app: app.id } } })),
    onSuccess: async () => {
      notifications.show({ title: `${app.name} is deleted`, message: 'The proxy refuses its token and its sessions.' })
      await navigate({ to: '/orgs/$org/apps', params: { org } })
    },
  })
  return (
    <Confirm
      title={`Delete ${app.name}?`}
      action="Delete"
      isPending={remove.isPending}
      problem={remove.error}
      typed={app.name}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Text>
        Every copy of the app that is installed stops working: its token, its debug tokens and its sessions end. This
        cannot be undone.
      </Text>
    </Confirm>
  )
}
