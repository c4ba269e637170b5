import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Confirm } from '../kit/confirm.js'

interface TakeAwayProps {
  readonly title: string
  /** What will happen. */
  readonly children: ReactNode
  /** The button's words: the verb. */
  readonly action: string
  /** The request. Management answers it once no proxy serves a new request with what is taken away. */
  readonly call: () => Promise<unknown>
  /** What is so afterwards. */
  readonly done: { readonly title: string; readonly message: string }
  readonly onClose: () => void
}

/** Takes one of an app's accesses away, once somebody has confirmed it. */
export function TakeAway({ title, children, action, call, done, onClose }: TakeAwayProps) {
  const take = useMutation({
    mutationFn: call,
    onSuccess: () => {
      notifications.show(done)
      onClose()
    },
  })
  return (
    <Confirm
      title={title}
      action={action}
      isPending={take.isPending}
      problem={take.error}
      onConfirm={() => take.mutate()}
      onClose={onClose}
    >
      {children}
    </Confirm>
  )
}
