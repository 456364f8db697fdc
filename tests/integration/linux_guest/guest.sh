# In the guest: Debian's usbip, pcscd, libccid and opensc-tool on readers that the host serves. Each
# answer is between lines of its own, for test_linux_guest.py.
. /run/guest/settings  # PORT
HOST=10.0.2.2
SELECT_JPKI=00A4040C0AD392F000260100000001
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/run
mount --bind /run/guest/Info.plist /etc/libccid_Info.plist
mkdir -p /run/vhci_hcd /run/pcscd /run/reader.conf.d  # no virtual readers

part() { echo "=== $1"; shift; "$@" 2>&1; echo "=== end $?"; }
usbip_at() { usbip --tcp-port "$PORT" "$@"; }
# Up to 10 s; a guest without KVM is slow.
await() { n=0; until eval "$1" || [ $n -ge 100 ]; do sleep 0.1; n=$((n + 1)); done; }

use() { # NAME: one life of pcscd on what is attached now
  pcscd --foreground --config /run/reader.conf.d > /run/pcscd.log 2>&1 &
  daemon=$!
  await '[ -S /run/pcscd/pcscd.comm ]'
  await 'opensc-tool -l | grep -q Yes'
  part "$1 readers" opensc-tool -l
  part "$1 atr" opensc-tool -r 0 -a
  part "$1 apdu" opensc-tool -r 0 -s $SELECT_JPKI
  kill $daemon; wait $daemon
  part "$1 pcscd" cat /run/pcscd.log
}

echo
part list usbip_at list -r $HOST
part attach usbip_at attach -r $HOST -b 1-1
await '[ -e /sys/bus/usb/devices/1-1:1.0 ]'
use first
part detach usbip detach -p 00
await '! [ -e /sys/bus/usb/devices/1-1 ]'
part attach-again usbip_at attach -r $HOST -b 1-1
await '[ -e /sys/bus/usb/devices/1-1:1.0 ]'
part attach-face usbip_at attach -r $HOST -b 1-2
await '[ -e /dev/ttyACM0 ]'
part port usbip port
use second
part kernel dmesg --color=never
