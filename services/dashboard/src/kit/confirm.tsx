import { Button, Group, Stack, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Dialog } from './dialog.js'
import { ProblemAlert } from './problem-alert.js'

interface ConfirmProps {
  readonly title: string
  /** What will happen, and whether it can be undone. */
  readonly children: ReactNode
  /** The button's words: the verb. */
  readonly action: string
  readonly isPending: boolean
  readonly problem: unknown
  /** Has to be typed first, for what cannot be undone. */
  readonly typed?: string
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks before something is taken away. */
export function Confirm({ title, children, action, isPending, problem, typed, onConfirm, onClose }: ConfirmProps) {
  const [entered, setEntered] = useState('')
  return (
    <Dialog title={title} isHeld={isPending} onClose={onClose}>
      <Stack>
        <div>{children}</div>
        {typed === undefined ? null : (
          <TextInput
            label={`Type ${typed} to confirm`}
            value={entered}
            autoComplete="off"
            data-autofocus
            onChange={(event) => setEntered(event.currentTarget.value)}
          />
        )}
        <ProblemAlert problem={problem} />
        <Group justify="flex-end">
          <Button
            variant="default"
            disabled={isPending}
            data-autofocus={typed === undefined || undefined}
            onClick={onClose}
          >
            Cancel
          </Button>
          <Button
            color="red"
            loading={isPending}
            disabled={typed !== undefined && entered !== typed}
            onClick={onConfirm}
          >
            {action}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
