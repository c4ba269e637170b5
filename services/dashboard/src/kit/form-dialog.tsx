import { Button, Group, Modal, Stack } from '@mantine/core'
import type { FormEventHandler, ReactNode } from 'react'
import { ProblemAlert } from './problem-alert.js'
import { useFocusBack } from './use-focus-back.js'

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

/** A form in a dialog. A refusal keeps what was entered. */
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
  useFocusBack()
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={onSubmit} noValidate autoComplete="off">
        <Stack>
          {children}
          <ProblemAlert problem={problem} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={isPending}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
