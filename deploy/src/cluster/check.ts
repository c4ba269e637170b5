/** @throws Error in words, unless it holds. */
export function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
