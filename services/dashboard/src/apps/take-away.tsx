import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Confirm } from '../kit/confirm.js'
import { useOrganization } from '../organization/organization-queries.js'
import { appsKey } from './app-queries.js'

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
  const { org } = useOrganization()
  const client = useQueryClient()
  const take = useMutation({
    mutationFn: call,
    onSuccess: async () => {
      notifications.show(done)
      await client.invalidateQueries({ queryKey: appsKey(org) })
      onClose()
    },
    // What is refused was perhaps taken away by somebody else.
    onError: () => client.invalidateQueries({ queryKey: appsKey(org) }),
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
