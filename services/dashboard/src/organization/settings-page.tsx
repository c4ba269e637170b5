import { Button, Code, Group, Paper, Stack, Table, Text, Title } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Moment } from '../kit/moment.js'
import { PageHead } from '../kit/page-head.js'
import { quotaWords } from '../kit/quota-words.js'
import { ROLE_WORDS } from '../members/roles.js'
import { DeleteOrganization } from './delete-organization.js'
import { NamesForm } from './names-form.js'
import { useOrganization } from './organization-queries.js'
import { OrganizationQuotasForm } from './organization-quotas-form.js'
import { TransferOwnership } from './transfer-ownership.js'

export function SettingsPage() {
  const { id, name, may } = useOrganization()
  const mayWrite = may('organization:write')
  return (
    <>
      <PageHead
        title="Organization"
        about={
          mayWrite ? 'What holds for all of it.' : `What holds for all of it. Only owners of ${name} may change it.`
        }
      />
      {/* By id: the forms of one organization must not keep what was entered for another. */}
      <Stack key={id} maw={760} gap="lg">
        <Facts />
        {mayWrite ? (
          <>
            <NamesForm />
            <OrganizationQuotasForm />
            <HandOverOrDelete />
          </>
        ) : null}
      </Stack>
    </>
  )
}

/** What everybody may see. */
function Facts() {
  const { id, slug, name, role, quotas, createdAt } = useOrganization()
  const facts: [string, ReactNode][] = [
    ['Name', name],
    ['Slug', <Code key="slug">{slug}</Code>],
    ['Id', <Code key="id">{id}</Code>],
    ['Quotas', quotas.length === 0 ? 'None' : quotas.map(quotaWords).join(', ')],
    ['Your role', ROLE_WORDS[role]],
    ['Created', <Moment key="created" at={createdAt} />],
  ]
  return (
    <Table aria-label="The organization" withRowBorders={false} layout="auto">
      <Table.Tbody>
        {facts.map(([what, value]) => (
          <Table.Tr key={what}>
            <Table.Th scope="row" w={120}>
              {what}
            </Table.Th>
            <Table.Td style={{ wordBreak: 'break-word' }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function HandOverOrDelete() {
  const [doing, setDoing] = useState<'transfer' | 'delete'>()
  const close = () => setDoing(undefined)
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h4" mb="sm">
        Hand over or delete
      </Title>
      <Stack>
        <Choice about="Another member becomes an owner, and you an admin.">
          <Button variant="default" onClick={() => setDoing('transfer')}>
            Transfer ownership
          </Button>
        </Choice>
        <Choice about="Its secrets are destroyed. This cannot be undone.">
          <Button color="red" variant="outline" onClick={() => setDoing('delete')}>
            Delete organization
          </Button>
        </Choice>
      </Stack>
      {doing === 'transfer' ? <TransferOwnership onClose={close} /> : null}
      {doing === 'delete' ? <DeleteOrganization onClose={close} /> : null}
    </Paper>
  )
}

function Choice({ about, children }: { readonly about: string; readonly children: ReactNode }) {
  return (
    <Group justify="space-between">
      <Text size="sm">{about}</Text>
      {children}
    </Group>
  )
}
