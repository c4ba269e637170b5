import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { buySession } from './buy-session.js'

const atEnd = closeAfterEach()

it('buying a session throws the proxy’s status and answer when the proxy refuses', async () => {
  const proxy = createServer((_request, response) => response.writeHead(429).end('{"code":"RATE_LIMITED"}'))
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  atEnd(() => proxy.close())
  const { port } = proxy.address() as AddressInfo
  const bought = buySession(`http://127.0.0.1:${port}`, 'pma_dbg_x')
  await expect(bought).rejects.toThrow('no session: 429 {"code":"RATE_LIMITED"}')
})
