import { Table, Title } from '@mantine/core'

const HEADS = ['Role', 'Secrets', 'API services and apps', 'Members', 'Access log', 'Audit trail', 'Organization']

/** The product's table of who can access what. No role sees a value. */
const ROWS = [
  [
    'Owner',
    'Create, replace, delete; masked',
    'Create, change, delete',
    'All roles',
    'Read',
    'Read',
    'Rename, set quotas, transfer, delete',
  ],
  ['Admin', 'Create, replace, delete; masked', 'Create, change, delete', 'All but owners', 'Read', 'Read', 'See'],
  ['Member', 'See, masked', 'See', 'See', 'Read', 'No', 'See'],
] as const

export function RoleTable() {
  return (
    <section>
      <Title order={2} size="h4" mt="xl" mb="xs">
        What each role may do
      </Title>
      <Table.ScrollContainer minWidth={600} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table aria-label="What each role may do">
          <Table.Thead>
            <Table.Tr>
              {HEADS.map((head) => (
                <Table.Th key={head} scope="col">
                  {head}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {ROWS.map(([role, ...cells]) => (
              <Table.Tr key={role}>
                <Table.Th scope="row">{role}</Table.Th>
                {cells.map((cell, at) => (
                  <Table.Td key={HEADS[at + 1]}>{cell}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  )
}
