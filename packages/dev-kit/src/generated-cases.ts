/** The share of generated cases that are tried: all, or fewer where the tests themselves are tested (`make mutate`). */
const SHARE = Number(process.env.GENERATED_CASES_SHARE ?? 1)

/** How many cases a test generates that takes so many by itself. */
export function generatedCases(all: number): number {
  return Math.ceil(all * SHARE)
}
