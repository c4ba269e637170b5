import { Button, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.js'
import { readOf } from '../api/read.js'
import type { Service } from '../api/types.js'
import { Confirm } from '../kit/confirm.js'
import { useOrganization } from '../organization/organization-queries.js'
import { serviceOptions } from './service-queries.js'

/** Enables at once; asks before it disables, because apps in use are refused then. */
export function EnableService({ service }: { readonly service: Service }) {
  const { org } = useOrganization()
  const client = useQueryClient()
  const [isAsking, setIsAsking] = useState(false)
  const change = useMutation({
    mutationFn: (enabled: boolean) =>
      readOf(
        api.PATCH('/orgs/{org}/services/{service}', {
          params: { path: { org, service: service.id } },
          body: { enabled },
        }),
      ),
    onSuccess: (changed) => {
      const { name, slug, enabled } = changed
      notifications.show({
        title: enabled ? `${name} is enabled` : `${name} is disabled`,
        message: enabled ? 'Linked apps can use it.' : 'No new request is forwarded to it.',
      })
      setIsAsking(false)
      client.setQueryData(serviceOptions(org, slug).queryKey, changed)
    },
    onError: () => setIsAsking(true),
  })
  return (
    <>
      <Button
        variant="default"
        loading={change.isPending}
        onClick={() => (service.enabled ? setIsAsking(true) : change.mutate(true))}
      >
        {service.enabled ? 'Disable' : 'Enable'}
      </Button>
      {isAsking ? (
        <Confirm
          title={service.enabled ? `Disable ${service.name}?` : `Enable ${service.name}?`}
          action={service.enabled ? 'Disable' : 'Enable'}
          isPending={change.isPending}
          problem={change.error}
          onConfirm={() => change.mutate(!service.enabled)}
          onClose={() => setIsAsking(false)}
        >
          <Text>
            {service.enabled
              ? 'Requests of all apps to it are refused with “ENDPOINT_DISABLED” until it is enabled again.'
              : 'Linked apps can use it again.'}
          </Text>
        </Confirm>
      ) : null}
    </>
  )
}
