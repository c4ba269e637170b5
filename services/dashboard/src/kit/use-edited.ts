import { type FormRulesRecord, useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { asProblem } from '../api/problem.js'
import type { Read } from '../api/read.js'
import { type EditedFields, isNothing, preconditionOf } from './edited-fields.js'
import { useRefusedFields } from './refused-fields.js'

interface Editing<Stored, Values, Change extends object> {
  /** As it was read last, perhaps in the background while somebody types. */
  readonly stored: Read<Stored>
  readonly fields: EditedFields<Stored, Values, Change>
  readonly rules?: FormRulesRecord<Values>
  /** Sends a change under a precondition, and gives what is stored then. */
  readonly send: (change: Change, header: ReturnType<typeof preconditionOf>) => Promise<Read<Stored>>
  readonly fetchStored: () => Promise<Read<Stored>>
  readonly onSaved: (saved: Read<Stored>) => unknown
}

/**
 * A form for what others may change at the same time. Untouched, it takes over what is read again. Once something is
 * entered that stays, and no change of others is overwritten unseen: management refuses, and what is stored can be loaded.
 */
export function useEdited<Stored, Values extends Record<string, unknown>, Change extends object>(
  editing: Editing<Stored, Values, Change>,
) {
  const { stored, fields, rules = {}, send, fetchStored, onSaved } = editing
  /** What the form began with, and what had been read last at that time. */
  const [{ begun, read }, setBeginning] = useState({ begun: stored, read: stored })
  const form = useForm<Values>({ initialValues: fields.valuesOf(begun), validate: rules })
  const change = fields.changeOf(begun, form.values)
  const isChanged = !isNothing(change)

  function beginWith(next: Read<Stored>): void {
    setBeginning({ begun: next, read: stored })
    form.setValues(fields.valuesOf(next))
    form.clearErrors()
  }

  const save = useMutation({
    mutationFn: () => send(change, preconditionOf(fields, begun, stored)),
    onSuccess: (saved) => {
      beginWith(saved)
      return onSaved(saved)
    },
  })
  const reload = useMutation({ mutationFn: fetchStored, onSuccess: discardFor })

  function discardFor(next: Read<Stored>): void {
    beginWith(next)
    save.reset()
  }

  const isOutdated = !isChanged && stored !== read
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it calls is made anew for each render.
  useEffect(() => {
    if (isOutdated) beginWith(stored)
  }, [isOutdated, stored])
  useRefusedFields(form, save.error)

  return {
    form,
    begun,
    isChanged,
    save,
    reload,
    discard: () => discardFor(stored),
    /** Whether somebody else changed the same fields. */
    isRefusedForOthers: save.isError && asProblem(save.error).code === 'PRECONDITION_FAILED',
  }
}
