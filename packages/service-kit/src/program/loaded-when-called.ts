/** A function of a module that is imported at the first call, so that a program loads only what it was asked to do. */
export function loadedWhenCalled<In extends readonly unknown[], Out>(
  load: () => Promise<(...given: In) => Promise<Out>>,
): (...given: In) => Promise<Out> {
  return async (...given) => (await load())(...given)
}
