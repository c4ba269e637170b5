import { type ChildProcess, spawn } from 'node:child_process'

/** Ends what we started when we are killed too hard to end it ourselves. */
export interface Guard {
  /** From now on this process dies with us. */
  watch(pid: number): void
  /** It has ended: its id may soon be somebody else's. */
  release(pid: number): void
  /** Ends the guard itself, and nothing else. */
  close(): Promise<void>
}

/**
 * A shell that waits on a pipe. The kernel closes the pipe however we end, `kill -9` too; then it interrupts whatever
 * is still listed (SIGINT is a clean stop for our services and a fast shutdown for Postgres; SIGCONT wakes the frozen),
 * and after ten seconds kills it.
 */
const SCRIPT = `
pids=' '
while read -r op pid; do
  case $op in
    watch) pids="$pids$pid " ;;
    release) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac ;;
    close) exit 0 ;;
  esac
done
for pid in $pids; do kill -INT "$pid"; kill -CONT "$pid"; done 2>/dev/null
left=100
while [ $left -gt 0 ]; do
  alive=no
  for pid in $pids; do kill -0 "$pid" 2>/dev/null && alive=yes; done
  [ $alive = no ] && exit 0
  sleep 0.1; left=$((left - 1))
done
for pid in $pids; do kill -KILL "$pid"; done 2>/dev/null
`

/** Starts the guard, in a process group of its own, so that Ctrl-C does not end it first. */
export function startGuard(): Guard {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'protectmyapi-guard'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // It must not keep us alive, and its end is not ours.
  shell.unref()
  shell.on('error', () => undefined)
  shell.stdin.on('error', () => undefined)
  return {
    watch: (pid) => void shell.stdin.write(`watch ${pid}\n`),
    release: (pid) => void shell.stdin.write(`release ${pid}\n`),
    close: () => close(shell),
  }
}

function close(shell: ChildProcess): Promise<void> {
  if (shell.exitCode !== null || shell.signalCode !== null) return Promise.resolve()
  const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()))
  shell.ref()
  shell.stdin?.end('close\n')
  return ended
}
