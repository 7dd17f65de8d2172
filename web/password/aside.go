package password

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"vmstudy/aside"
)

// execName is the name of the process that checks or hashes a password (its argument 0).
const execName = "vmstudy-password"

// order is the input of the process. The password comes by standard input, because everybody on the
// machine can see the arguments. Without a Hash, the process makes one.
type order struct{ Password, Hash string }

// The output of the process.
const (
	yes = "yes"
	no  = "no"
)

// ExecMain checks or hashes a password and exits if this process was started by VerifyAside or HashAside. Otherwise it
// does nothing. main must call it first, and so must TestMain of tests that use them.
func ExecMain() {
	if !aside.Is(execName) {
		return
	}
	if err := answer(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func answer(in io.Reader, out io.Writer) error {
	var o order
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return fmt.Errorf("read what to check: %w", err)
	}
	if o.Hash == "" {
		_, err := io.WriteString(out, Hash(o.Password))
		return err
	}
	ok, err := Verify(o.Password, o.Hash)
	if err != nil {
		return err
	}
	say := no
	if ok {
		say = yes
	}
	_, err = io.WriteString(out, say)
	return err
}

// VerifyAside does the same as Verify, but in a process of its own, see package aside. So a sign-in takes
// long while every processor is busy. When ctx ends, that process is killed.
func VerifyAside(ctx context.Context, password, hash string) (bool, error) {
	if hash == "" {
		return false, errPHC
	}
	said, err := ask(ctx, order{password, hash})
	switch {
	case err != nil:
		return false, err
	case said == yes:
		return true, nil
	case said == no:
		return false, nil
	}
	return false, errors.New("check a password: the process for it has said nothing")
}

// HashAside does the same as Hash, in such a process.
func HashAside(ctx context.Context, password string) (string, error) {
	said, err := ask(ctx, order{Password: password})
	if err == nil && said == "" {
		err = errors.New("hash a password: the process for it has said nothing")
	}
	return said, err
}

// ask returns what the process says of an order.
func ask(ctx context.Context, o order) (string, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return "", fmt.Errorf("ask about a password: %w", err)
	}
	var said, complaint bytes.Buffer
	cmd := aside.Command(ctx, execName)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), &said, &complaint
	err = aside.Run(cmd)
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", fmt.Errorf("ask about a password: %w: %s", err, strings.TrimSpace(complaint.String()))
	}
	return said.String(), nil
}
