/** For `make mutate`: generated cases are the same in each run, so that a mutant is found in all of them or in none. */
import fc from 'fast-check'

fc.configureGlobal({ seed: 1 })
