import type { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import { problemAnswer } from './problem-answer.js'

/**
 * A refusal where Node has made no response object. It is the connection's last answer, because its framing is lost.
 */
export function rawRefusal(fault: Fault): string {
  const requestId = newId('request')
  const { status, fields, body } = problemAnswer(fault, requestId)
  const lines = [`HTTP/1.1 ${status} ${fault.code}`, 'connection: close', `pma-request-id: ${requestId}`]
  for (let at = 0; at < fields.length; at += 2) lines.push(`${fields[at]}: ${fields[at + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n${body.toString('utf8')}`
}
