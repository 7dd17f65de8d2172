package resultsbench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"vmstudy/bench"
)

// forgetPeak makes the kernel forget how much memory this process has had at most, and returns how much it has now.
func forgetPeak() (int64, error) {
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		return 0, bench.Unable{Why: "The kernel does not say how much memory a process needs at most: " + err.Error()}
	}
	return peak()
}

// peak is how many bytes of memory this process has had at most.
func peak() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, found := bytes.Cut(status, []byte("\nVmHWM:"))
	fields := bytes.Fields(rest)
	if !found || len(fields) == 0 {
		return 0, fmt.Errorf("no VmHWM in /proc/self/status")
	}
	n, err := strconv.ParseInt(string(fields[0]), 10, 64)
	return n << 10, err
}
