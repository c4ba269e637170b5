/** Jest's functions for the test file that is running. */
let functions

export function setFunctions(ofFile) {
  functions = ofFile
}

/** @throws Error before the first file. */
export function functionsOfFile() {
  if (!functions) throw new Error('Jest’s functions are for test files: none runs.')
  return functions
}
