import { Button, Group, Stack } from '@mantine/core'
import type { FormEventHandler, ReactNode } from 'react'
import { Dialog } from './dialog.js'
import { ProblemAlert } from './problem-alert.js'

interface FormDialogProps {
  readonly title: string
  /** The fields. */
  readonly children: ReactNode
  /** The button's words: the verb. */
  readonly action: string
  readonly isPending: boolean
  /** What the last attempt was refused with. Fields show what concerns them; this shows the whole. */
  readonly problem: unknown
  readonly size?: string
  readonly onSubmit: FormEventHandler<HTMLFormElement>
  readonly onClose: () => void
}

/** A form in a dialog. A refusal keeps what was entered. What is under way cannot be cancelled, and is waited for. */
export function FormDialog({
  title,
  children,
  action,
  isPending,
  problem,
  size = 'md',
  onSubmit,
  onClose,
}: FormDialogProps) {
  return (
    <Dialog title={title} size={size} isHeld={isPending} onClose={onClose}>
      <form onSubmit={onSubmit} noValidate autoComplete="off">
        <Stack>
          {children}
          <ProblemAlert problem={problem} />
          <Group justify="flex-end">
            <Button variant="default" disabled={isPending} onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={isPending}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
