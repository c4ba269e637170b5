import { writeFile } from 'node:fs/promises'
import { REVIEWED, restContract } from './rest-contract.js'

/** `npm run contracts:accept`: writes the contract as it is now, to be reviewed as a change of that file. */
await writeFile(REVIEWED, await restContract())
