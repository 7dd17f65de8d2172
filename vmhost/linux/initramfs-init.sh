#!/bin/busybox sh
# First program of a guest: it loads the kernel modules in order, mounts the disk, and starts the disk's own first program.
b=/bin/busybox
$b mkdir -p /proc /sys /dev /root
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs devtmpfs /dev
while read -r module; do
	$b insmod "/modules/$module" || echo "cannot load $module"
done </modules/order
read -r next </next
tries=0
until $b mount -t ext4 -o noatime /dev/vda /root; do
	tries=$((tries + 1))
	[ $tries -gt 50 ] && echo "cannot mount the disk" && $b poweroff -f
	$b sleep 0.1
done
for d in proc sys dev; do $b mount --move /$d /root/$d; done
exec $b switch_root /root "$next"
