import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { Service } from '../api/types.js'
import { Confirm } from '../kit/confirm.js'
import { useOrganization } from '../organization/organization-queries.js'

interface DeleteServiceProps {
  readonly service: Service
  readonly onClose: () => void
  readonly onDeleted: () => Promise<void>
}

export function DeleteService({ service, onClose, onDeleted }: DeleteServiceProps) {
  const { org } = useOrganization()
  const remove = useMutation({
    mutationFn: () =>
      answerOf(
        api.DELETE('/orgs/{org}/services/{service}', {
          params: { path: { org, service: service.id } },
        }),
      ),
    onSuccess: async () => {
      notifications.show({ title: `${service.name} is deleted`, message: 'No new request is forwarded to it.' })
      await onDeleted()
    },
  })
  return (
    <Confirm
      title={`Delete ${service.name}?`}
      action="Delete"
      isPending={remove.isPending}
      problem={remove.error}
      typed={service.slug}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Text>
        Its settings and its links to apps are deleted, and cannot be brought back. Apps that call it are refused with
        “ENDPOINT_NOT_FOUND”. Its secrets stay.
      </Text>
    </Confirm>
  )
}
