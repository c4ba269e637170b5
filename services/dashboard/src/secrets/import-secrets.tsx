import { Badge, Button, Group, Stack, Table, Text, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api } from '../api/client.js'
import { Dialog } from '../kit/dialog.js'
import { ProblemAlert } from '../kit/problem-alert.js'
import { useOrganization } from '../organization/organization-queries.js'

type Outcome = 'created' | 'replaced' | 'unchanged' | 'refused'

const COLORS: Readonly<Record<Outcome, string>> = {
  created: 'green',
  replaced: 'blue',
  unchanged: 'gray',
  refused: 'red',
}

/** Many secrets at once. Tried without writing first; of each line it says what would happen, and why not. */
export function ImportSecrets({ onClose }: { readonly onClose: () => void }) {
  const { org } = useOrganization()
  const [text, setText] = useState('')
  const run = useMutation({
    mutationFn: (dryRun: boolean) =>
      answerOf(api.POST('/orgs/{org}/secrets/import', { params: { path: { org } }, body: { text, dryRun } })),
    onSuccess: ({ dryRun }) => {
      if (dryRun) return
      setText('')
    },
  })
  const isDone = run.data?.dryRun === false
  const useful = run.data ? run.data.counts.created + run.data.counts.replaced : 0
  return (
    <Dialog title="Import .env" size="xl" isHeld={run.isPending} onClose={onClose}>
      <Stack>
        {isDone ? null : (
          <Textarea
            label="Contents of the file"
            description="NAME=value, one each line. Names that a provider recommends, such as OPENAI_API_KEY, may go to that provider, and names that are there keep where they may go. Add others by “Add secret”, which asks where they may go. Check first: that writes nothing."
            placeholder="OPENAI_API_KEY=…"
            ff="monospace"
            autosize
            minRows={6}
            maxRows={14}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            readOnly={run.isPending}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value)
              // What was checked is not what stands there now.
              run.reset()
            }}
          />
        )}
        <ProblemAlert problem={run.error} />
        {run.data ? <Lines lines={run.data.lines} isDone={isDone} /> : null}
        <Group justify="flex-end">
          {isDone ? (
            <Button onClick={onClose}>Done</Button>
          ) : (
            <>
              <Button variant="default" disabled={run.isPending} onClick={onClose}>
                Cancel
              </Button>
              <Button
                variant="default"
                disabled={text.trim() === ''}
                loading={run.isPending}
                onClick={() => run.mutate(true)}
              >
                Check
              </Button>
              <Button disabled={useful === 0} loading={run.isPending} onClick={() => run.mutate(false)}>
                {useful === 0 ? 'Import' : `Import ${useful}`}
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Dialog>
  )
}

interface LinesProps {
  readonly isDone: boolean
  readonly lines: readonly {
    readonly line: number
    readonly name: string | null
    readonly outcome: Outcome
    readonly detail: string | null
  }[]
}

function Lines({ lines, isDone }: LinesProps) {
  return (
    <>
      <Text size="sm" role="status">
        {isDone ? 'This was done:' : 'This would be done. Nothing is written yet.'}
      </Text>
      <Table aria-label="Lines of the file">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Line</Table.Th>
            <Table.Th>Name</Table.Th>
            <Table.Th>Outcome</Table.Th>
            <Table.Th>Why</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map(({ line, name, outcome, detail }) => (
            <Table.Tr key={line}>
              <Table.Td>{line}</Table.Td>
              <Table.Td ff="monospace">{name}</Table.Td>
              <Table.Td>
                <Badge variant="light" color={COLORS[outcome]}>
                  {outcome}
                </Badge>
              </Table.Td>
              <Table.Td>{detail}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  )
}
