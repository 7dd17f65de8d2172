package bench

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Machine describes the computer on which a bench was run.
type Machine struct {
	CPU    string  `json:"cpu"`
	Cores  int     `json:"cores"`
	Kernel string  `json:"kernel"`
	Go     string  `json:"go"`
	Memory int64   `json:"memory"`      // bytes
	Load   float64 `json:"load_before"` // average over the minute before, from /proc/loadavg
	Others float64 `json:"others"`      // cores that other processes used meanwhile, on average
}

// ThisMachine describes this computer. What cannot be found out is left empty.
func ThisMachine() Machine {
	load, _, _ := strings.Cut(text("/proc/loadavg"), " ")
	m := Machine{
		CPU:    field(text("/proc/cpuinfo"), "model name"),
		Cores:  runtime.NumCPU(),
		Kernel: strings.TrimSpace(text("/proc/sys/kernel/osrelease")),
		Go:     runtime.Version(),
	}
	m.Load, _ = strconv.ParseFloat(load, 64)
	kib, _, _ := strings.Cut(field(text("/proc/meminfo"), "MemTotal"), " ")
	m.Memory, _ = strconv.ParseInt(kib, 10, 64)
	m.Memory <<= 10
	return m
}

// String describes m on one line.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores, %d MiB, Linux %s, %s; load before %.2f, others used %.2f cores meanwhile",
		m.CPU, m.Cores, m.Memory>>20, m.Kernel, m.Go, m.Load, m.Others)
}

// text returns the content of a file of /proc, or nothing if there is no such file.
func text(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(b)
}

// field returns the value of the first line "name : value".
func field(text, name string) string {
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// spent is processor time.
type spent struct {
	ours, all time.Duration // by this process with its children that have ended; by all processes
}

// used returns the processor time that was spent so far: by all processes since the computer started, and by this one.
func used() spent {
	return spent{ours: CPUTime() + cpuTime(syscall.RUSAGE_CHILDREN), all: everyone([]byte(text("/proc/stat")))}
}

func (s spent) by(before spent) spent {
	return spent{ours: s.ours - before.ours, all: s.all - before.all}
}

// othersPer returns how many cores other processes used on average in the time wall. The kernel counts in hundredths of a
// second, so the result is not exact for short times.
func (s spent) othersPer(wall time.Duration) float64 {
	if s.all == 0 || wall <= 0 {
		return 0
	}
	return max(0, (s.all-s.ours).Seconds()/wall.Seconds())
}

// tick is the unit of /proc/stat, USER_HZ. It is 100 on every Linux architecture that Go supports.
const tick = time.Second / 100

// everyone returns how long all processors together were busy, from the text of /proc/stat: the sum of user, nice,
// system, irq, softirq and steal. See proc(5).
func everyone(stat []byte) time.Duration {
	line, _, _ := bytes.Cut(stat, []byte("\n"))
	fields := bytes.Fields(line)
	var ticks int64
	for i, f := range fields {
		if idle := i == 4 || i == 5; i == 0 || i > 8 || idle {
			continue // the name, or the time of guests, which is part of user
		}
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * tick
}

// CPUTime returns the processor time, user and system, that this process has used so far.
func CPUTime() time.Duration { return cpuTime(syscall.RUSAGE_SELF) }

func cpuTime(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
