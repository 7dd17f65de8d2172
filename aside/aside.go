// Package aside runs a part of this program as a process of its own, at the lowest priority and on one processor, so that what somebody asks for in
// between disturbs no measurement.
//
// A goroutine at a low priority would not do: while its thread waits for a processor of the machine, it keeps one of those that the Go runtime hands
// out, and the goroutines of a trial have one less.
package aside

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// lowest is the nice value of these processes. Next to a program that works for a trial, one gets about a seventieth of a processor's time.
const lowest = 19

// Is reports whether this process was started by a Command of that name. main asks first of all, and so does TestMain.
func Is(name string) bool { return len(os.Args) == 1 && os.Args[0] == name }

// Command returns a command that starts this very program under a name. When ctx ends, or this process does, it is killed. Start it with Run.
func Command(ctx context.Context, name string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = []string{name}
	cmd.Env = []string{"GOMAXPROCS=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// Run runs cmd at the lowest priority from its first instruction on. A child process inherits the nice value of the thread that forks it, so a
// goroutine lowers the priority of its thread and then starts cmd. Only root could raise the priority again. So the goroutine never unlocks the
// thread, which therefore ends with it. And it waits for cmd, because cmd gets its death signal when that thread ends.
func Run(cmd *exec.Cmd) error {
	ended := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if err := syscall.Setpriority(syscall.PRIO_PROCESS, 0, lowest); err != nil { // 0 means this thread
			ended <- fmt.Errorf("lower the priority: %w", err)
			return
		}
		ended <- cmd.Run()
	}()
	return <-ended
}
