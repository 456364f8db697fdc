#!/bin/busybox sh
# First process of the guest: the host's root, read-only, becomes its userland; then GO= of the
# kernel's command line runs there, and the guest switches itself off.
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in $(cat /modules.order); do insmod "/modules/$module.ko"; done
ip link set lo up
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
mkdir /r
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144,cache=loose host /r
for folder in run tmp; do mount -t tmpfs none /r/$folder; done
mount -t proc proc /r/proc
mount --rbind /sys /r/sys
mount --rbind /dev /r/dev
mkdir -p /r/run/guest
cp /guest/* /r/run/guest/
chroot /r /bin/sh /run/guest/guest.sh
poweroff -f
