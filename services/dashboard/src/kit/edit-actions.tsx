import { Button, Group } from '@mantine/core'
import { ProblemAlert } from './problem-alert.js'
import type { useEdited } from './use-edited.js'

export interface EditActionsProps {
  /** The words of the button that saves. */
  readonly action: string
  readonly edited: Pick<
    ReturnType<typeof useEdited>,
    'isChanged' | 'isRefusedForOthers' | 'save' | 'reload' | 'discard'
  >
}

/** What a form of `useEdited` ends with. */
export function EditActions({ action, edited }: EditActionsProps) {
  const { isChanged, isRefusedForOthers, save, reload, discard } = edited
  return (
    <>
      <ProblemAlert problem={save.error ?? reload.error} />
      <Group>
        <Button type="submit" loading={save.isPending} disabled={!isChanged}>
          {action}
        </Button>
        {isChanged ? (
          <Button variant="default" disabled={save.isPending} onClick={discard}>
            Discard changes
          </Button>
        ) : null}
        {isRefusedForOthers ? (
          <Button variant="default" loading={reload.isPending} onClick={() => reload.mutate()}>
            Load what is stored, and lose what is entered
          </Button>
        ) : null}
      </Group>
    </>
  )
}
