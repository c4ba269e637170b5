import { type ChildProcess, spawn } from 'node:child_process'

/** Ends the processes that this one started if it is killed before it can end them itself. */
export interface Guard {
  /** From now on the process ends together with this one. */
  watch(pid: number): void
  /** The process has ended: its id may soon belong to another one. */
  release(pid: number): void
  /** Ends only the guard itself. */
  close(): Promise<void>
}

/**
 * A shell that waits on a pipe. The kernel closes the pipe in whatever way this process ends, `kill -9` included. The
 * shell then interrupts the processes that are still listed (SIGINT is a clean stop for the services and a fast
 * shutdown for Postgres; SIGCONT wakes frozen ones), and kills them after ten seconds.
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
  // The shell must not keep this process running.
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
