import type { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Socket } from './connections.js'
import { problemAnswer } from './problem-answer.js'

/** An answer where Node has made no response object; and the end of the connection, whose framing is lost. */
export function refuseRaw(socket: Socket, fault: Fault, lingerMs: number): void {
  // Bytes after the first answer's head has gone would look like a part of that answer.
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  // Ending it is half a close, and whoever sends such bytes may keep the other half open.
  const lingering = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(lingering))
  const requestId = newId('request')
  const { status, fields, body } = problemAnswer(fault, requestId)
  const lines = [`HTTP/1.1 ${status} ${fault.code}`, 'connection: close', `pma-request-id: ${requestId}`]
  for (let at = 0; at < fields.length; at += 2) lines.push(`${fields[at]}: ${fields[at + 1]}`)
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body.toString('utf8')}`)
}
