package aside

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// echoing is the name under which the program of this test repeats what it reads.
const echoing = "vmstudy-echo"

func TestMain(m *testing.M) {
	if Is(echoing) {
		_, err := io.Copy(os.Stdout, os.Stdin)
		fmt.Print(os.Getenv("GOMAXPROCS"))
		if err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	m.Run()
}

func TestAPartOfTheProgramRunsOnOneProcessor(t *testing.T) {
	var said strings.Builder
	cmd := Command(t.Context(), echoing)
	cmd.Stdin, cmd.Stdout = strings.NewReader("processors: "), &said
	if err := Run(cmd); err != nil || said.String() != "processors: 1" {
		t.Errorf("%q, %v; want what it was told and one processor", said.String(), err)
	}
}

func TestAChildHasTheLowestPriorityFromItsBeginning(t *testing.T) {
	var said strings.Builder
	child := exec.Command("nice") // without arguments it prints its own nice value
	child.Stdout = &said
	if err := Run(child); err != nil || strings.TrimSpace(said.String()) != strconv.Itoa(lowest) {
		t.Errorf("its nice value is %q (%v), want %d", said.String(), err, lowest)
	}
}

// A program that waits for more to read ends when its context does.
func TestAProcessEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	defer r.Close()
	heard, says, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer heard.Close()
	cmd := Command(ctx, echoing)
	cmd.Stdin, cmd.Stdout = r, says
	ended := make(chan error, 1)
	go func() { ended <- Run(cmd) }()
	if _, err := w.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(heard, make([]byte, 1)); err != nil {
		t.Fatal(err) // it is there
	}
	cancel()
	var exit *exec.ExitError
	if err := <-ended; !errors.As(err, &exit) || exit.Success() {
		t.Errorf("%v, want a process that was killed", err)
	}
	says.Close()
}
