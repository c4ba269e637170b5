/** @throws Error with the text of `otherwise`, unless it holds. */
export function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
