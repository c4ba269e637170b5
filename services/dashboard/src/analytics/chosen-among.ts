/** An app or an API service, as far as a choice needs it. */
export interface Choosable {
  readonly id: string
  readonly slug: string
  readonly name: string
}

interface Choice {
  readonly value: string
  readonly data: readonly { readonly value: string; readonly label: string }[]
}

/**
 * A choice by id, of what the address names by id or slug: also of what is deleted by now, and counted all the same.
 * `every`: what the first choice is called, which is to name none.
 */
export function chosenAmong(named: string | undefined, every: string, among: readonly Choosable[] = []): Choice {
  const known = among.map(({ id, slug, name }) => ({ value: id, label: `${name} (${slug})` }))
  const data = [{ value: '', label: every }, ...known]
  if (named === undefined) return { value: '', data }
  const found = among.find(({ id, slug }) => id === named || slug === named)
  return found ? { value: found.id, data } : { value: named, data: [...data, { value: named, label: named }] }
}
