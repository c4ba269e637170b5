import type { UseFormReturnType } from '@mantine/form'
import { useEffect } from 'react'
import { asProblem } from '../api/problem.js'

/** Shows at each field of the form what management refused about it. */
export function useRefusedFields<Values extends Record<string, unknown>>(
  { setErrors }: Pick<UseFormReturnType<Values>, 'setErrors'>,
  problem: unknown,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the form makes a new function for each render.
  useEffect(() => {
    if (problem) setErrors({ ...asProblem(problem).fields })
  }, [problem])
}
