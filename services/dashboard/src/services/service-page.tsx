import { Alert, Button, List, Stack } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { EnabledBadge } from '../kit/enabled-badge.js'
import { PageHead } from '../kit/page-head.js'
import { useOrganization } from '../organization/organization-queries.js'
import { AppAddress } from './app-address.js'
import { DeleteService } from './delete-service.js'
import { EditService } from './edit-service.js'
import { EnableService } from './enable-service.js'
import { ServiceFacts } from './service-facts.js'
import { serviceOptions } from './service-queries.js'
import { TestCall } from './test-call.js'

/** One API service: how apps call it, its settings, and a call to try it. */
export function ServicePage() {
  const { org, may } = useOrganization()
  const { service: slug } = useParams({ from: '/signed-in/orgs/$org/services/$service' })
  const { data: service } = useSuspenseQuery(serviceOptions(org, slug))
  const [doing, setDoing] = useState<'test' | 'delete'>()
  const navigate = useNavigate()
  const mayWrite = may('services:write')
  const close = () => setDoing(undefined)
  return (
    <>
      <PageHead title={service.name} about={<EnabledBadge enabled={service.enabled} />}>
        {mayWrite ? (
          <>
            <Button onClick={() => setDoing('test')}>Test call</Button>
            <EnableService service={service} />
            <Button color="red" variant="light" onClick={() => setDoing('delete')}>
              Delete
            </Button>
          </>
        ) : null}
      </PageHead>
      <Stack gap="xl">
        <Warnings warnings={service.warnings} />
        <AppAddress service={service} />
        {mayWrite ? <EditService key={service.id} service={service} /> : <ServiceFacts service={service} />}
      </Stack>
      {doing === 'test' ? <TestCall service={service} onClose={close} /> : null}
      {doing === 'delete' ? (
        <DeleteService
          service={service}
          onClose={close}
          onDeleted={() => navigate({ to: '/orgs/$org/services', params: { org } })}
        />
      ) : null}
    </>
  )
}

function Warnings({ warnings }: { readonly warnings: readonly string[] }) {
  if (warnings.length === 0) return null
  return (
    <Alert color="yellow" variant="light" title="To check" role="note" maw={860}>
      <List size="sm">
        {warnings.map((warning) => (
          <List.Item key={warning}>{warning}</List.Item>
        ))}
      </List>
    </Alert>
  )
}
