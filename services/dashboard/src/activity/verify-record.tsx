import { Alert, Button, Group, List, Progress, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Progress as Compared, Verdict } from '../api/types.js'
import { countWords } from '../kit/amounts.js'
import { Dialog } from '../kit/dialog.js'
import { fullMoment } from '../kit/moment.js'
import { ProblemAlert } from '../kit/problem-alert.js'
import { useOrganization } from '../organization/organization-queries.js'
import { type Chained, verdictOptions } from './activity-queries.js'
import { verdictWords } from './verdict-words.js'

const NAMES: Readonly<Record<Chained, string>> = { audit: 'audit trail', 'access-log': 'access log' }
const COLORS = { sound: 'green', reserved: 'yellow', broken: 'red' } as const

/** Asks whether anybody has altered a record. For those who may read the audit trail. */
export function VerifyRecord({ chained }: { readonly chained: Chained }) {
  const { may } = useOrganization()
  const [isOpen, setOpen] = useState(false)
  if (!may('audit:read')) return null
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Verify
      </Button>
      {isOpen ? <VerifyDialog chained={chained} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

/** Verifies once it is open. Closing it ends the verification, of which only a few run at once. */
function VerifyDialog({ chained, onClose }: { readonly chained: Chained; readonly onClose: () => void }) {
  const { org } = useOrganization()
  const [progress, setProgress] = useState<Compared>()
  const verification = useQuery(verdictOptions(org, chained, setProgress))
  function again(): void {
    setProgress(undefined)
    void verification.refetch()
  }
  return (
    <Dialog title={`Verify the ${NAMES[chained]}`} size="lg" onClose={onClose}>
      <Stack>
        <Text size="sm">
          Entries are chained, and the vault signs the chain each minute. Verifying compares every entry with the chain,
          and the chain with what the vault remembers.
        </Text>
        {verification.isFetching ? (
          <UnderWay progress={progress} />
        ) : (
          <>
            <ProblemAlert problem={verification.error} />
            {verification.error === null && verification.data ? (
              <Judged verdict={verification.data} name={NAMES[chained]} />
            ) : null}
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button loading={verification.isFetching} onClick={again}>
            Verify again
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}

function UnderWay({ progress }: { readonly progress: Compared | undefined }) {
  const percent = progress === undefined || progress.of === 0 ? 0 : (100 * progress.link) / progress.of
  return (
    <div role="status">
      <Progress value={percent} animated aria-label="Verified so far" />
      <Text size="sm" c="dimmed" mt="xs">
        {progress === undefined
          ? 'Reading…'
          : `Link ${countWords(progress.link)} of ${countWords(progress.of)}, ${countWords(progress.entries)} entries compared.`}
      </Text>
    </div>
  )
}

function Judged({ verdict, name }: { readonly verdict: Verdict; readonly name: string }) {
  const { title, tone, sentences, breaks } = verdictWords(verdict, `The ${name}`, fullMoment)
  return (
    <Alert color={COLORS[tone]} variant="light" title={title} role={tone === 'broken' ? 'alert' : 'status'}>
      {breaks.length === 0 ? null : (
        <>
          <Text size="sm">The first breaks that were found:</Text>
          <List size="sm" mb="sm" withPadding style={{ overflowWrap: 'anywhere' }}>
            {breaks.map((words) => (
              <List.Item key={words}>{words}</List.Item>
            ))}
          </List>
        </>
      )}
      {sentences.map((sentence) => (
        <Text key={sentence} size="sm" mb={4}>
          {sentence}
        </Text>
      ))}
    </Alert>
  )
}
