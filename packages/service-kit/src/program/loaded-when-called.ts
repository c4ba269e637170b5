/** A function of a module that is imported with the first call: a program loads what it was asked to do, and no more. */
export function loadedWhenCalled<In extends readonly unknown[], Out>(
  load: () => Promise<(...given: In) => Promise<Out>>,
): (...given: In) => Promise<Out> {
  return async (...given) => (await load())(...given)
}
