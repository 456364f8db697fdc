#!/usr/bin/env bash
# fetch_kernel.sh FOLDER: Debian's kernel and the modules that the guest needs, into FOLDER (nothing
# is installed). What is there already stays: ./dev deps calls this every time.
set -euo pipefail
folder=$1
[ ! -f "$folder/complete" ] || exit 0
newest() {
  apt-cache depends linux-image-amd64 2>/dev/null |
    sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1
}
package=$(newest)
if [ -z "$package" ]; then  # a machine whose lists are empty
  if [ "$(id -u)" = 0 ]; then apt-get -q update >&2; else sudo apt-get -q update >&2; fi
  package=$(newest)
fi
[ -n "$package" ] || { echo "fetch_kernel: apt knows no linux-image-amd64" >&2; exit 4; }
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get -q -o APT::Sandbox::User=root download "$package" >&2)
dpkg --fsys-tarfile "$work"/*.deb | tar -C "$work" -x --wildcards './boot/vmlinuz-*' \
  '*/kernel/drivers/virtio/*' '*/kernel/drivers/net/ethernet/intel/e1000/*' '*/kernel/net/9p/*' \
  '*/kernel/fs/9p/*' '*/kernel/fs/netfs/*' '*/kernel/fs/fscache/*' '*/kernel/drivers/usb/*'
cp "$work"/boot/vmlinuz-* "$folder/vmlinuz"
find "$work/lib/modules" -name '*.ko' -exec cp {} "$folder/" \;
touch "$folder/complete"
