import { ActionIcon, Anchor, Badge, Button, Group, Tooltip } from '@mantine/core'
import { useInfiniteQuery, usePrefetchQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import type { Secret } from '../api/types.js'
import { useFindByName } from '../kit/find-by-name.js'
import { DeleteIcon, EditIcon } from '../kit/icons.js'
import { ItemTable } from '../kit/item-table.js'
import { Moment } from '../kit/moment.js'
import { PageHead } from '../kit/page-head.js'
import { useOrganization } from '../organization/organization-queries.js'
import { AddSecret } from './add-secret.js'
import { DeleteSecret } from './delete-secret.js'
import { ImportSecrets } from './import-secrets.js'
import { Mask } from './mask.js'
import { ReplaceValue } from './replace-value.js'
import { presetsOptions, secretsOptions } from './secret-queries.js'
import { UsedBy } from './used-by.js'

type Doing = { readonly what: 'add' | 'import' } | { readonly what: 'replace' | 'delete'; readonly secret: Secret }

export function SecretsPage() {
  const { org, may } = useOrganization()
  const [doing, setDoing] = useState<Doing>()
  const find = useFindByName('a secret')
  const list = useInfiniteQuery(secretsOptions(org))
  // For "Add secret", which would otherwise wait for them.
  usePrefetchQuery(presetsOptions)
  const mayWrite = may('secrets:write')
  const close = () => setDoing(undefined)
  return (
    <>
      <PageHead
        title="Secrets"
        about="API keys of providers. Their values are encrypted, put into requests by the proxy, and shown to nobody: neither here nor anywhere else."
      >
        {mayWrite ? (
          <>
            <Button variant="default" onClick={() => setDoing({ what: 'import' })}>
              Import .env
            </Button>
            <Button onClick={() => setDoing({ what: 'add' })}>Add secret</Button>
          </>
        ) : null}
      </PageHead>
      {find.field}
      <ItemTable
        label="Secrets"
        list={list}
        keyOf={({ id }) => id}
        filter={find.filter}
        empty={mayWrite ? 'No secrets yet. Add the first one, such as OPENAI_API_KEY.' : 'No secrets yet.'}
        columns={[
          { head: 'Name', cell: ({ id, name }) => <SecretLink org={org} id={id} name={name} /> },
          { head: 'Value', cell: ({ mask }) => <Mask mask={mask} /> },
          { head: 'Used by', cell: ({ usedBy }) => <UsedBy org={org} services={usedBy} /> },
          { head: 'May go to', cell: ({ bindings }) => [...bindings.origins, ...bindings.services].join(', ') },
          { head: 'Value since', cell: (secret) => <Replaced {...secret} /> },
          ...(mayWrite
            ? [{ head: 'Actions', cell: (secret: Secret) => <Actions secret={secret} onChoose={setDoing} /> }]
            : []),
        ]}
      />
      <Suspense fallback={null}>{doing?.what === 'add' ? <AddSecret onClose={close} /> : null}</Suspense>
      {doing?.what === 'import' ? <ImportSecrets onClose={close} /> : null}
      {doing?.what === 'replace' ? <ReplaceValue secret={doing.secret} onClose={close} /> : null}
      {doing?.what === 'delete' ? <DeleteSecret secret={doing.secret} onClose={close} /> : null}
    </>
  )
}

function SecretLink({ org, id, name }: { readonly org: string; readonly id: string; readonly name: string }) {
  return (
    <Anchor
      ff="monospace"
      renderRoot={(props) => <Link to="/orgs/$org/secrets/$secret" params={{ org, secret: id }} {...props} />}
    >
      {name}
    </Anchor>
  )
}

function Replaced({ createdAt, replacedAt, expiresAt }: Secret) {
  return (
    <Group gap="xs">
      <Moment at={replacedAt ?? createdAt} />
      {expiresAt === null ? null : (
        <Badge color={new Date(expiresAt) <= new Date() ? 'red' : 'yellow'} variant="light">
          {new Date(expiresAt) <= new Date() ? 'expired' : 'expires'} <Moment at={expiresAt} />
        </Badge>
      )}
    </Group>
  )
}

function Actions({ secret, onChoose }: { readonly secret: Secret; readonly onChoose: (doing: Doing) => void }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <Tooltip label="Replace the value">
        <ActionIcon
          variant="subtle"
          aria-label={`Replace the value of ${secret.name}`}
          onClick={() => onChoose({ what: 'replace', secret })}
        >
          <EditIcon />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Delete">
        <ActionIcon
          variant="subtle"
          color="red"
          aria-label={`Delete ${secret.name}`}
          onClick={() => onChoose({ what: 'delete', secret })}
        >
          <DeleteIcon />
        </ActionIcon>
      </Tooltip>
    </Group>
  )
}
