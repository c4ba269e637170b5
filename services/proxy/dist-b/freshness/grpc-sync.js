/** The most that the directory lets a stream last; the proxy itself opens another before. */
const DEADLINE_MS = 10 * 60_000
/** Sync over gRPC. Each stream goes through the newest channel, so a renewed certificate is taken up with the next. */
export function grpcSync(directory) {
  return (events) => {
    const call = directory.current().sync({ deadline: new Date(Date.now() + DEADLINE_MS) })
    let over = false
    const end = (reason) => {
      if (over) return
      over = true
      events.ended(reason)
    }
    call.on('data', (reply) => {
      if (!over) events.reply(reply)
    })
    call.on('error', end)
    call.on('end', () => end('ended by the directory'))
    return {
      send: (request) => {
        if (!over) call.write(request)
      },
      cancel() {
        over = true
        call.cancel()
      },
    }
  }
}
//# sourceMappingURL=grpc-sync.js.map
