import { findProgram } from '@protectmyapi/dev-kit/programs/find-program'

export interface Tools {
  readonly spin: string
  readonly gcc: string
}

/** Spin writes a C program for each configuration, and gcc makes a checker of it. @throws Error that says how to get them. */
export async function findTools(searchPath: string | undefined): Promise<Tools> {
  const [spin, gcc] = await Promise.all([findProgram('spin', searchPath), findProgram('gcc', searchPath)])
  if (spin !== undefined && gcc !== undefined) return { spin, gcc }
  const missing = [...(spin === undefined ? ['spin'] : []), ...(gcc === undefined ? ['gcc'] : [])]
  // Not installed here, not even as root: a check does not change the machine that it runs on.
  throw new Error(
    `There is no ${missing.join(' and no ')} on the PATH. On Debian and Ubuntu: apt-get install ${missing.join(' ')}. ` +
      'On macOS: brew install spin, and Xcode’s command line tools for gcc.',
  )
}
