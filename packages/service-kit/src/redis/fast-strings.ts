/**
 * Undoes what loading the client library does to every text of the process. It defines a subclass of String, and V8
 * turns an object that becomes the prototype of another one into a dictionary, until a property is set somewhere below
 * it. Of that subclass no instance is made. Meanwhile V8 calls every method of a text, here and in all libraries,
 * without optimizing the call (docs/performance.md). So with ioredis 6.0, and Node 20 to 26.
 */
export function makeStringsFastAgain(): void {
  const below: { isSet?: boolean } = Object.create(String.prototype)
  below.isSet = true
}
