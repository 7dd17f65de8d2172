package appliances

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"vmstudy/study"
	"vmstudy/studytest"
)

// demo copies the demo's programs to a directory, and returns the directory and the goals of the tasks.
func demo(t *testing.T) (dir string, goals map[study.TaskID]string) {
	t.Helper()
	studytest.Need(t, "perl")
	source, err := Recipe("demo")
	if err != nil {
		t.Fatal(err)
	}
	programs, err := fs.Sub(source, "overlay/usr/lib/study")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.CopyFS(dir, programs); err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(source, "recipe.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var recipe struct{ Tasks []study.Task }
	if err := yaml.Unmarshal(text, &recipe); err != nil {
		t.Fatal(err)
	}
	goals = map[study.TaskID]string{}
	for _, task := range recipe.Tasks {
		goals[task.ID] = task.Goal
	}
	return dir, goals
}

// complete runs the guest's program watch, tells it that a file has been written, and reports whether it says that the task
// is complete.
func complete(t *testing.T, dir, task, goal, letter, picture string) bool {
	t.Helper()
	current := filepath.Join(t.TempDir(), "current")
	asked := task + " " + base64.StdEncoding.EncodeToString([]byte(goal)) + "\n"
	if err := os.WriteFile(current, []byte(asked), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("perl", filepath.Join(dir, "watch"), current, letter, picture)
	cmd.Stdin = strings.NewReader("a file\nanother\n")
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("watch for %s: %v: %s", task, err, said)
	}
	left, err := os.ReadFile(current)
	if err != nil {
		t.Fatal(err)
	}
	switch string(said) + string(left) {
	case "complete " + task + "\n": // once, though two files were written
		return true
	case asked:
		return false
	}
	t.Fatalf("watch for %s said %q and left %q to be done", task, said, left)
	return false
}

func TestLetterIsCompleteWhenItSaysTheSentence(t *testing.T) {
	dir, goals := demo(t)
	letter := filepath.Join(dir, "letter.txt")
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"as asked":             {goals["type"], true},
		"with an empty line":   {goals["type"] + "\n\n", true},
		"with a double space":  {" The quick  brown fox jumps over the lazy dog.", true},
		"without the stop":     {"The quick brown fox jumps over the lazy dog", false},
		"with a small letter":  {"the quick brown fox jumps over the lazy dog.", false},
		"written twice":        {goals["type"] + goals["type"], false},
		"still empty":          {"", false},
		"the practice instead": {goals["practice"], false},
	} {
		if err := os.WriteFile(letter, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := complete(t, dir, "type", goals["type"], letter, ""); got != c.want {
			t.Errorf("%s: complete is %v, want %v", name, got, c.want)
		}
	}
}

func TestAGoalOfAnyLengthIsUnderstood(t *testing.T) {
	dir, _ := demo(t)
	letter := filepath.Join(dir, "letter.txt")
	for _, length := range []int{1, 2, 3, 44, 45, 46, 90, 91, 1000} {
		goal := strings.Repeat("Zoë's fjörd; ", 100)[:length-1] + "."
		if err := os.WriteFile(letter, []byte(goal), 0o600); err != nil {
			t.Fatal(err)
		}
		if !complete(t, dir, "type", goal, letter, "") {
			t.Errorf("a goal of %d bytes is not complete though the letter says it", length)
		}
	}
}

func TestPictureIsCompleteWhenTheDoorIsBlue(t *testing.T) {
	dir, goals := demo(t)
	picture := filepath.Join(dir, "picture.bmp")
	if out, err := exec.Command("perl", filepath.Join(dir, "make-picture"), picture).CombinedOutput(); err != nil {
		t.Fatalf("make-picture: %v: %s", err, out)
	}
	drawn, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	var left, top, width, height int
	if _, err := fmt.Sscan(goals["paint"], &left, &top, &width, &height); err != nil {
		t.Fatal(err)
	}
	const columns, rows, blue, green = 640, 480, 6, 5
	paint := func(part float64, colour byte) {
		bmp := append([]byte(nil), drawn...)
		pixels := bmp[len(bmp)-columns*rows:] // the last row comes first
		for y := top; y < top+int(part*float64(height)); y++ {
			for x := left; x < left+width; x++ {
				pixels[(rows-1-y)*columns+x] = colour
			}
		}
		if err := os.WriteFile(picture, bmp, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		part   float64
		colour byte
		want   bool
	}{
		"as it was drawn": {0, blue, false},
		"all blue":        {1, blue, true},
		"half blue":       {0.5, blue, false},
		"all green":       {1, green, false},
	} {
		paint(c.part, c.colour)
		if got := complete(t, dir, "paint", goals["paint"], "", picture); got != c.want {
			t.Errorf("%s: complete is %v, want %v", name, got, c.want)
		}
	}
}

func TestRecipeThatDoesNotExistIsNotFound(t *testing.T) {
	if _, err := Recipe("../demo"); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("got %v, want not found", err)
	}
}

// A window manager that has something to do at a press inside of a window stops the pointer meanwhile; see docs/traps.md.
func TestTheWindowManagerLeavesPressesToThePrograms(t *testing.T) {
	source, err := Recipe("demo")
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(source, "overlay/home/study/.config/openbox/rc.xml")
	if err != nil {
		t.Fatal(err)
	}
	var rc struct {
		Contexts []struct {
			Name string `xml:"name,attr"`
		} `xml:"mouse>context"`
	}
	if err := xml.Unmarshal(text, &rc); err != nil {
		t.Fatal(err)
	}
	if len(rc.Contexts) == 0 {
		t.Error("nothing is bound at all, not even in titles")
	}
	for _, c := range rc.Contexts {
		if c.Name == "Client" || c.Name == "Frame" || c.Name == "Root" || c.Name == "Desktop" {
			t.Errorf("buttons are bound in the context %s", c.Name)
		}
	}
}
