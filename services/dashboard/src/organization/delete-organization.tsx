import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { Confirm } from '../kit/confirm.js'
import { useOrganization } from './organization-queries.js'
import { useGoElsewhere } from './use-go-elsewhere.js'

export function DeleteOrganization({ onClose }: { readonly onClose: () => void }) {
  const { id, name } = useOrganization()
  const goElsewhere = useGoElsewhere()
  const remove = useMutation({
    // By id: a slug is free for others once its organization is deleted, and a second attempt must never reach theirs.
    mutationFn: () => answerOf(api.DELETE('/orgs/{org}', { params: { path: { org: id } } })),
    onSuccess: async () => {
      notifications.show({ title: `${name} is deleted`, message: 'No request uses any of its secrets any more.' })
      await goElsewhere()
    },
  })
  return (
    <Confirm
      title={`Delete ${name}?`}
      action="Delete organization"
      isPending={remove.isPending}
      problem={remove.error}
      typed={name}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Text>
        Its apps stop working at once. The keys that its secrets are encrypted with are destroyed: nobody can bring the
        secrets back. All members lose access.
      </Text>
      <Text mt="sm" fw={600}>
        This cannot be undone.
      </Text>
    </Confirm>
  )
}
