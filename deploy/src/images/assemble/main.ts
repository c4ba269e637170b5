import path from 'node:path'
import { assemble } from './assemble.js'

/** `assemble PART FOLDER`, run during the build of an image. */
const [part, target] = process.argv.slice(2)
if (part === undefined || target === undefined) throw new Error('give a part and a folder')
await assemble({ project: path.resolve(import.meta.dirname, '..', '..', '..', '..'), part, target })
