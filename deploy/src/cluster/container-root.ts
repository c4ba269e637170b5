/**
 * A shell script for a mount namespace of its own that shows a program only what its container would see. Arguments: a
 * folder for /etc, then `source:target` for each mount, then `--`, the user's id, and the command.
 *
 * The root is read-only, /etc holds what a bare image has and the pod's mounts, and /run is empty except for the
 * mounts. The process has no capability and can gain none. Its libraries and Node are those of the machine.
 */
export const CONTAINER_ROOT = `
set -eu
mount --bind "$1" /etc
mount -t tmpfs -o size=1m tmpfs /run
shift
while [ "$1" != -- ]; do
  mkdir -p "\${1#*:}"
  mount --bind "\${1%%:*}" "\${1#*:}"
  shift
done
shift
mount -o remount,bind,ro /run
mount -o remount,bind,ro /etc
mount -o remount,bind,ro /
user=$1
shift
exec setpriv --reuid="$user" --regid="$user" --groups="$user" --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
`

/**
 * The same within the files of an image. The image's root is the first argument; the command is one of the image's own.
 */
export const IMAGE_ROOT = `
set -eu
root=$1
mount --bind "$root" "$root"
mount --bind "$2" "$root/etc"
mount -t tmpfs -o size=1m tmpfs "$root/run"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
mkdir -p "$root/var"
ln -sfn ../run "$root/var/run"
shift 2
while [ "$1" != -- ]; do
  mkdir -p "$root\${1#*:}"
  mount --bind "\${1%%:*}" "$root\${1#*:}"
  shift
done
shift
mount -o remount,bind,ro "$root/run"
mount -o remount,bind,ro "$root/etc"
mount -o remount,bind,ro "$root"
user=$1
shift
exec setpriv --no-new-privs chroot --userspec="$user:$user" --groups="$user" "$root" "$@"
`
