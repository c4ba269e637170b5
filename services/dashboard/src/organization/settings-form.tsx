import { Paper, Stack, Title } from '@mantine/core'
import type { FormEventHandler, ReactNode } from 'react'
import { EditActions, type EditActionsProps } from '../kit/edit-actions.js'

interface SettingsFormProps extends EditActionsProps {
  readonly title: string
  readonly children: ReactNode
  readonly onSubmit: FormEventHandler<HTMLFormElement>
}

/** One form among others on a page, so the words of its button are in full. */
export function SettingsForm({ title, children, action, edited, onSubmit }: SettingsFormProps) {
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      <form onSubmit={onSubmit} noValidate autoComplete="off">
        <Stack>
          {children}
          <EditActions action={action} edited={edited} />
        </Stack>
      </form>
    </Paper>
  )
}
