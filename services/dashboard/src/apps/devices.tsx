import { Code, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api } from '../api/client.js'
import type { App, Device } from '../api/types.js'
import { ItemTable } from '../kit/item-table.js'
import { Moment } from '../kit/moment.js'
import { useOrganization } from '../organization/organization-queries.js'
import { debugTokensOptions, devicesOptions } from './app-queries.js'
import { knownBy } from './known-by.js'
import { RevokeButton } from './revoke-button.js'
import { StandingBadge } from './standing-badge.js'
import { TabHead } from './tab-head.js'
import { TakeAway } from './take-away.js'

/** The installations of an app that have bought sessions. */
export function Devices({ app }: { readonly app: App }) {
  const { org, may } = useOrganization()
  const list = useInfiniteQuery(devicesOptions(org, app.id))
  const debugTokens = useInfiniteQuery(debugTokensOptions(org, app.id))
  const [revoked, setRevoked] = useState<Device>()
  const nameOf = (id: string) => debugTokens.data?.find((token) => token.id === id)?.name ?? id
  return (
    <>
      <TabHead about="Installations of the app that have bought sessions." />
      <ItemTable
        label="Devices"
        list={list}
        keyOf={({ id }) => id}
        empty="No device has bought a session yet."
        columns={[
          { head: 'Device', cell: ({ id }) => <Code>{id}</Code> },
          {
            head: 'Known by',
            cell: (device) => <KnownBy {...knownBy(device, nameOf)} />,
          },
          { head: 'State', cell: ({ revokedAt }) => <StandingBadge of={{ revokedAt }} /> },
          { head: 'First seen', cell: ({ createdAt }) => <Moment at={createdAt} /> },
          { head: 'Last seen', cell: ({ lastSeenAt }) => <Moment at={lastSeenAt} /> },
          ...(may('apps:write')
            ? [
                {
                  head: 'Actions',
                  cell: (device: Device) =>
                    device.revokedAt === null ? (
                      <RevokeButton what={`the device ${device.id}`} onClick={() => setRevoked(device)} />
                    ) : null,
                },
              ]
            : []),
        ]}
      />
      {revoked === undefined ? null : (
        <TakeAway
          title="Revoke the device?"
          action="Revoke"
          call={() =>
            answerOf(
              api.DELETE('/orgs/{org}/apps/{app}/devices/{device}', {
                params: { path: { org, app: app.id, device: revoked.id } },
              }),
            )
          }
          done={{ title: 'The device is revoked', message: 'No new request is served with its sessions.' }}
          onClose={() => setRevoked(undefined)}
        >
          <Text>The sessions of {revoked.id} end at once.</Text>
          <Text mt="sm">
            {revoked.kind === 'debug'
              ? 'Whoever has its debug token can buy sessions as a new device: to end that, revoke the debug token.'
              : 'It can buy no more. A genuine copy of the app that is installed anew counts as a new device.'}
          </Text>
        </TakeAway>
      )}
    </>
  )
}

function KnownBy({ kind, details }: ReturnType<typeof knownBy>) {
  return (
    <Stack gap={0}>
      {kind}
      {details.map((detail) => (
        <Text key={detail} size="xs" c="dimmed">
          {detail}
        </Text>
      ))}
    </Stack>
  )
}
