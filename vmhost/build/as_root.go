package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"vmstudy/study"
	"vmstudy/vmhost/tool"
)

// The files of a Debian system belong to many users, and only root may give a file to another user. So an
// ordinary user builds an appliance as root of a user namespace, which has 65,535 further users. On the
// computer outside, these users have numbers that /etc/subuid lends to the ordinary user. A disk that is
// made inside the namespace is the same as one that root makes.

// asRoot runs a program as root: if this process is root, directly, and otherwise as root of a new user
// namespace. env is added to the environment of this process.
func asRoot(ctx context.Context, env []string, name string, args ...string) error {
	cmd := rootCommand(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	return tool.RunAs(name, cmd)
}

// rootCommand returns the command that asRoot runs. Its umask is 022, whatever the umask of this process
// is, so that the files on a disk always have the same modes.
func rootCommand(ctx context.Context, name string, args ...string) *exec.Cmd {
	words := append([]string{"sh", "-c", `umask 022; PATH=$PATH:` + rootsPath + `; exec "$@"`, "sh", name}, args...)
	if os.Geteuid() != 0 {
		words = append([]string{"unshare", "--user", "--map-root-user", "--map-auto", "--"}, words...)
	}
	return exec.CommandContext(ctx, words[0], words[1:]...)
}

// rootsPath lists the directories for programs that usually only root runs. On Debian they are not on
// the PATH of other users.
const rootsPath = "/usr/sbin:/sbin"

// findTool returns the path of a program, as asRoot finds it.
func findTool(name string) (string, error) {
	path, err := exec.LookPath(name)
	for dir := range strings.SplitSeq(rootsPath, ":") {
		if err != nil {
			path, err = exec.LookPath(filepath.Join(dir, name))
		}
	}
	return path, err
}

// removeAsRoot removes a directory in which asRoot may have given files to other users. It fails if a file
// system is still mounted in there, and removes nothing of that.
func removeAsRoot(dir string) error {
	if _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return asRoot(ctx, nil, "rm", "-rf", "--one-file-system", dir)
}

// lentUsers is how many users, beside root, the files of a Debian system may belong to.
const lentUsers = 65_535

// tryAsRoot finds out whether asRoot works. The error is a sentence that says what is missing and what
// root has to do about it.
func tryAsRoot(ctx context.Context) error {
	if os.Geteuid() == 0 {
		return nil
	}
	for _, tool := range []string{"newuidmap", "newgidmap"} {
		if _, err := exec.LookPath(tool); err != nil {
			return study.Refuse(study.ErrNotFound, "Building an appliance without being root needs the program %s. On Debian: apt install uidmap.", tool)
		}
	}
	if err := tryNamespace(); err != nil {
		return study.Refuse(study.ErrDenied, "Building an appliance needs a user namespace, and this computer gives none to those who are not root (%v). "+
			"Root allows it with sysctl user.max_user_namespaces=10000, and where they exist kernel.unprivileged_userns_clone=1 and kernel.apparmor_restrict_unprivileged_userns=0. Or build as root.", err)
	}
	// A process that can become the last of the users shows that all of them are there.
	var said strings.Builder
	cmd := rootCommand(ctx, "sh", "-c", `setpriv --reuid="$0" --regid="$0" --clear-groups true`, fmt.Sprint(lentUsers-1))
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return study.Refuse(study.ErrDenied, "Building an appliance without being root needs %d users that /etc/subuid and /etc/subgid lend to this one (%s). "+
			"Root does that with: usermod --add-subuids %[3]s --add-subgids %[3]s %[4]s", lentUsers, firstLine(said.String()), freeRange(), userName())
	}
	return nil
}

// freeRange returns a range of numbers that this computer has not lent to anybody yet, in the form that
// usermod takes.
func freeRange() string {
	const least = 100_000
	first := int64(least)
	for _, path := range []string{"/etc/subuid", "/etc/subgid"} {
		text, _ := os.ReadFile(path) // without it nobody has been lent any
		for line := range strings.Lines(string(text)) {
			var from, count int64
			_, numbers, _ := strings.Cut(line, ":")
			if _, err := fmt.Sscanf(numbers, "%d:%d", &from, &count); err == nil {
				first = max(first, from+count)
			}
		}
	}
	return fmt.Sprintf("%d-%d", first, first+lentUsers)
}

// tryNamespace makes a user namespace.
func tryNamespace() error {
	cmd := exec.Command("/bin/true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER}
	return cmd.Run()
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return fmt.Sprint(os.Getuid())
}
