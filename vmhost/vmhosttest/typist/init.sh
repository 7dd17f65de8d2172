#!/bin/busybox sh
# The first program of the guest: loads the kernel modules in order, and then starts typist.
b=/bin/busybox
$b mkdir -p /proc /sys /dev /tmp
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs devtmpfs /dev
while read -r module; do
	$b insmod "/modules/$module" || echo "cannot load $module"
done </modules/order
$b sleep 0.5
echo 0 >/sys/class/graphics/fbcon/cursor_blink 2>/dev/null
exec $b sh /start </dev/null >/dev/console 2>&1
