import { findProgram } from '@protectmyapi/dev-kit/programs/find-program'

export interface Tools {
  readonly spin: string
  readonly gcc: string
}

/**
 * Spin writes a C program for each configuration, which gcc compiles to a checker. @throws Error that says how to
 * install them.
 */
export async function findTools(searchPath: string | undefined): Promise<Tools> {
  const [spin, gcc] = await Promise.all([findProgram('spin', searchPath), findProgram('gcc', searchPath)])
  if (spin !== undefined && gcc !== undefined) return { spin, gcc }
  const missing = [...(spin === undefined ? ['spin'] : []), ...(gcc === undefined ? ['gcc'] : [])]
  // Not installed from here, not even by root, because a check must not change the machine that it runs on.
  throw new Error(
    `There is no ${missing.join(' and no ')} on the PATH. On Debian and Ubuntu: apt-get install ${missing.join(' ')}. ` +
      'On macOS: brew install spin, and Xcode’s command line tools for gcc.',
  )
}
