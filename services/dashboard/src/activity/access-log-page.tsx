export function AccessLogPage() {
  return <p>AccessLogPage</p>
}
