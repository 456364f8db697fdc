#!/bin/sh
# apart.sh COMMAND...: COMMAND in a world of its own: network, mounts, processes. Root needs no user
# namespace for that, and has none in a chroot.
user="--user --map-root-user"
[ "$(id -u)" != 0 ] || user=
# In a chroot whose root is no mount point, the mounts stay as private as they are.
private=
# shellcheck disable=SC2086
unshare $user --mount true 2>/dev/null || private="--propagation unchanged"
# shellcheck disable=SC2086
exec unshare $user --net --mount $private --pid --fork --kill-child "$@"
