/** For `make mutate`: generated cases are the same in each run, so that a mutant is caught in every run or in none. */
import fc from 'fast-check'

fc.configureGlobal({ seed: 1 })
