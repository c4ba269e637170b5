import { List, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { Secret } from '../api/types.js'
import { Confirm } from '../kit/confirm.js'
import { valueGoneWords } from '../kit/in-force.js'
import { fullMoment } from '../kit/moment.js'
import { useOrganization } from '../organization/organization-queries.js'

interface DeleteSecretProps {
  readonly secret: Secret
  readonly onClose: () => void
  readonly onDeleted?: () => void
}

export function DeleteSecret({ secret, onClose, onDeleted = onClose }: DeleteSecretProps) {
  const { org } = useOrganization()
  const isUsed = secret.usedBy.length > 0
  const remove = useMutation({
    mutationFn: () =>
      answerOf(
        api.DELETE('/orgs/{org}/secrets/{secret}', {
          params: { path: { org, secret: secret.id }, query: isUsed ? { force: 'true' } : {} },
        }),
      ),
    onSuccess: ({ inForce, internalServicesUntil }) => {
      notifications.show({
        title: `${secret.name} is deleted`,
        message: valueGoneWords(inForce, 'it', internalServicesUntil, fullMoment),
      })
      onDeleted()
    },
  })
  return (
    <Confirm
      title={`Delete ${secret.name}?`}
      action="Delete"
      isPending={remove.isPending}
      problem={remove.error}
      {...(isUsed ? { typed: secret.name } : {})}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Text>Its value is destroyed, and cannot be brought back.</Text>
      {isUsed ? (
        <>
          <Text mt="sm" fw={600}>
            These API services use it, and will answer “Secret not found”. Change them first:
          </Text>
          <List>
            {secret.usedBy.map(({ id, name }) => (
              <List.Item key={id}>{name}</List.Item>
            ))}
          </List>
        </>
      ) : null}
    </Confirm>
  )
}
