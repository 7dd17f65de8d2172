package tun

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAnErrorOfTheShelterSaysWhatItIs(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want error  // that errors.Is finds; nil for none
		path string // that errors.As finds
	}{
		"a file that may not be opened":      {&os.PathError{Op: "open", Path: "/dev/net/tun", Err: unix.EACCES}, unix.EACCES, "/dev/net/tun"},
		"a file, and no number of an error":  {&os.PathError{Op: "read", Path: "/proc/x", Err: errors.New("not a list")}, nil, ""},
		"a system call":                      {os.NewSyscallError("unshare", unix.EPERM), unix.EPERM, ""},
		"something that only has a sentence": {errors.New("no device is free"), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := answerFor(nil, tt.err).err()
			if tt.want != nil && !errors.Is(got, tt.want) {
				t.Errorf("%v is no %v", got, tt.want)
			}
			if path, is := errors.AsType[*os.PathError](got); is != (tt.path != "") || is && path.Path != tt.path {
				t.Errorf("%v names another file than %q", got, tt.path)
			}
			if !strings.Contains(got.Error(), tt.err.Error()) || strings.Contains(got.Error(), "errno 0") {
				t.Errorf("it says %q", got)
			}
		})
	}
}
