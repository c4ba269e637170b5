import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { ProblemAlert } from './problem-alert.js'
import { useFocusBack } from './use-focus-back.js'

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
  useFocusBack()
  const [entered, setEntered] = useState('')
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack>
        <div>{children}</div>
        {typed === undefined ? null : (
          <TextInput
            label={`Type ${typed} to confirm`}
            value={entered}
            autoComplete="off"
            onChange={(event) => setEntered(event.currentTarget.value)}
          />
        )}
        <ProblemAlert problem={problem} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
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
    </Modal>
  )
}
