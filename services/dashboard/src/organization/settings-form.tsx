import { Button, Group, Paper, Stack, Title } from '@mantine/core'
import type { FormEventHandler, ReactNode } from 'react'
import { ProblemAlert } from '../kit/problem-alert.js'

interface SettingsFormProps {
  readonly title: string
  readonly children: ReactNode
  /** Of the button, in full: a page has several forms. */
  readonly action: string
  /** Whether there is something to save. */
  readonly isDirty: boolean
  readonly isPending: boolean
  readonly problem: unknown
  readonly onSubmit: FormEventHandler<HTMLFormElement>
}

/** One form among others on a page. */
export function SettingsForm({ title, children, action, isDirty, isPending, problem, onSubmit }: SettingsFormProps) {
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      <form onSubmit={onSubmit} noValidate autoComplete="off">
        <Stack>
          {children}
          <ProblemAlert problem={problem} />
          <Group justify="flex-end">
            <Button type="submit" disabled={!isDirty} loading={isPending}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  )
}
