// biome-ignore lint/style/noDefaultExport: jest asks for it.
export default async function globalTeardown() {
  await globalThis.__protectMyApiTestServers?.stop()
}
