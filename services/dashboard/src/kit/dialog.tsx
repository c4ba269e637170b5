import { Modal } from '@mantine/core'
import type { ReactNode, RefCallback } from 'react'
import { useFocusBack } from './use-focus-back.js'

interface DialogProps {
  readonly title: string
  readonly children: ReactNode
  readonly size?: string
  /** Only its own buttons close it: something is under way, or is shown once. */
  readonly isHeld?: boolean
  readonly onClose: () => void
}

/** Above the page, for one thing to do. A click beside it closes nothing: what was entered would be lost. */
export function Dialog({ title, children, size = 'md', isHeld = false, onClose }: DialogProps) {
  useFocusBack()
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={size}
      closeOnClickOutside={false}
      closeOnEscape={!isHeld}
      withCloseButton={!isHeld}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div ref={emptyWhenClosed}>{children}</div>
    </Modal>
  )
}

/**
 * What still refers to a part of a closed dialog must not hold what was entered or shown in it. The router does: it keeps
 * each element that was scrolled until the next page, and a field is scrolled by a value that is longer than the field.
 */
const emptyWhenClosed: RefCallback<HTMLDivElement> = (content) => () => {
  if (content === null) return
  for (const field of content.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')) {
    field.defaultValue = ''
    field.value = ''
  }
  content.replaceChildren()
}
