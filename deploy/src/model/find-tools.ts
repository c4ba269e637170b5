import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'

export interface Tools {
  readonly spin: string
  readonly gcc: string
}

/** Spin writes a C program for each configuration, and gcc makes a checker of it. @throws Error that says how to get them. */
export async function findTools(searchPath: string | undefined): Promise<Tools> {
  const [spin, gcc] = await Promise.all([find('spin', searchPath), find('gcc', searchPath)])
  if (spin !== undefined && gcc !== undefined) return { spin, gcc }
  const missing = [...(spin === undefined ? ['spin'] : []), ...(gcc === undefined ? ['gcc'] : [])]
  // Not installed here, not even as root: a check does not change the machine that it runs on.
  throw new Error(
    `There is no ${missing.join(' and no ')} on the PATH. On Debian and Ubuntu: apt-get install ${missing.join(' ')}. ` +
      'On macOS: brew install spin, and Xcode’s command line tools for gcc.',
  )
}

async function find(name: string, searchPath: string | undefined): Promise<string | undefined> {
  for (const folder of (searchPath ?? '').split(path.delimiter).filter((one) => path.isAbsolute(one))) {
    const file = path.join(folder, name)
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  return undefined
}
