package backup

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"vmstudy/study"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var header = Header{Program: "test", At: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), Head: "1:aa", Rows: map[string]int64{"answer": 2, "trial": 3}}

// laboratory returns a directory with files of several kinds.
func laboratory(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"recordings/1.fbs.zst":               strings.Repeat("picture", 1000),
		"recordings/2.fbs.zst":               "",
		"traces/abc/session-1.trace":         "pages",
		"network-traces/ä ö":                 "1\n2\n",
		"loose":                              "a file at the top",
		"pg/data/PG_VERSION":                 "15",
		"recordings/3.fbs.zst.unfinished-77": "half",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(text), 0o640))
	}
	must(t, os.Chmod(filepath.Join(dir, "recordings"), 0o700))
	must(t, os.Mkdir(filepath.Join(dir, "traces", "empty"), 0o755))
	return dir
}

// written returns a backup of dir, whose database is longer than a piece.
func written(t testing.TB, dir string, to ...age.Recipient) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, header, to)
	must(t, err)
	must(t, w.Database(func(w io.Writer) error {
		for range 3 {
			if _, err := w.Write(bytes.Repeat([]byte("rows "), pieceSize/10)); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, w.Directory(dir, map[string]bool{"pg": true}))
	must(t, w.Close())
	return out.Bytes()
}

// tree returns the modes and the contents of what is in dir.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		text := []byte("directory")
		if !e.IsDir() {
			text, err = os.ReadFile(path)
		}
		name, _ := filepath.Rel(dir, path)
		all[name] = info.Mode().String() + " " + string(text)
		return err
	}))
	return all
}

func TestABackupHasEveryFileAndTheDatabase(t *testing.T) {
	from, to := laboratory(t), t.TempDir()
	must(t, os.Chtimes(filepath.Join(from, "loose"), header.At, header.At))
	found, err := Unpack(bytes.NewReader(written(t, from)), nil, to)
	must(t, err)
	want := tree(t, from)
	for name := range want {
		if name == "pg" || strings.HasPrefix(name, "pg/") || strings.Contains(name, "unfinished") {
			delete(want, name)
		}
	}
	if diff := cmp.Diff(want, tree(t, filepath.Join(to, "files"))); diff != "" {
		t.Errorf("files (-there +restored):\n%s", diff)
	}
	database, err := os.ReadFile(filepath.Join(to, "database"))
	must(t, err)
	if !bytes.Equal(database, bytes.Repeat([]byte("rows "), 3*(pieceSize/10))) {
		t.Errorf("the database has %d bytes, want the three times %d that were written", len(database), pieceSize/10*5)
	}
	if tables, rows := found.Tables(); tables != 2 || rows != 5 || found.Files != 5 || found.Head != "1:aa" || !found.At.Equal(header.At) {
		t.Errorf("the backup says that it has %+v", found)
	}
	if info, err := os.Stat(filepath.Join(to, "files", "loose")); err != nil || !info.ModTime().Equal(header.At) {
		t.Errorf("the time of a file is %v (error %v), want %v", info.ModTime(), err, header.At)
	}
}

func TestAPartOfTheDirectoryMayLieElsewhere(t *testing.T) {
	from, disk, to := t.TempDir(), t.TempDir(), t.TempDir()
	must(t, os.WriteFile(filepath.Join(disk, "1.fbs.zst"), []byte("picture"), 0o600))
	must(t, os.Symlink(disk, filepath.Join(from, "recordings")))
	must(t, os.Symlink("nowhere", filepath.Join(disk, "odd")))
	var out bytes.Buffer
	w, err := NewWriter(&out, header, nil)
	must(t, err)
	must(t, w.Directory(from, nil))
	must(t, w.Close())
	if len(w.Left) != 1 || w.Left[0] != "recordings/odd" {
		t.Errorf("left out: %q, want the link inside", w.Left)
	}
	_, err = Unpack(&out, nil, to)
	must(t, err)
	if text, err := os.ReadFile(filepath.Join(to, "files", "recordings", "1.fbs.zst")); string(text) != "picture" {
		t.Errorf("a file behind a link: %q, %v", text, err)
	}
}

func TestOnlyTheKeyOpensAnEncryptedBackup(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	key, err := age.GenerateX25519Identity()
	must(t, err)
	strange, err := age.GenerateX25519Identity()
	must(t, err)
	pass, other := file("pass", "correct horse battery\nsecond line"), file("other", "another passphrase\n")
	mine, theirs := file("mine", "# comment\n"+key.String()+"\n"), file("theirs", strange.String())
	from := laboratory(t)
	for name, test := range map[string]struct {
		public     []string
		passphrase string
		right      [2]string // file of keys, file of the passphrase
		wrong      [2]string
	}{
		"for a public key":  {[]string{key.Recipient().String()}, "", [2]string{mine, ""}, [2]string{theirs, other}},
		"with a passphrase": {nil, pass, [2]string{"", pass}, [2]string{mine, other}},
	} {
		t.Run(name, func(t *testing.T) {
			to, err := Recipients(test.public, test.passphrase)
			must(t, err)
			sealed := written(t, from, to...)
			open := func(with [2]string) error {
				var files []string
				if with[0] != "" {
					files = []string{with[0]}
				}
				keys, err := Identities(files, with[1])
				must(t, err)
				_, err = Check(bytes.NewReader(sealed), keys)
				return err
			}
			if bytes.Contains(sealed, []byte(header.Head)) {
				t.Error("the header can be read")
			}
			must(t, open(test.right))
			for name, with := range map[string][2]string{"a wrong key": test.wrong, "no key": {}} {
				if err := open(with); !errors.Is(err, study.ErrDenied) {
					t.Errorf("%s: %v, want a refusal", name, err)
				}
			}
		})
	}
}

func TestKeysThatCannotBeUsedAreRefused(t *testing.T) {
	dir := t.TempDir()
	short := filepath.Join(dir, "short")
	must(t, os.WriteFile(short, []byte("secret\n"), 0o600))
	for name, test := range map[string]struct {
		try func() error
		say string
	}{
		"a short passphrase":    {func() error { _, err := Recipients(nil, short); return err }, "at least 12 characters"},
		"a missing passphrase":  {func() error { _, err := Identities(nil, filepath.Join(dir, "none")); return err }, "cannot be read"},
		"a word for a key":      {func() error { _, err := Recipients([]string{"me"}, ""); return err }, "begins with age1"},
		"a file without a key":  {func() error { _, err := Identities([]string{short}, ""); return err }, "no key of age"},
		"both ways at one time": {func() error { _, err := Recipients([]string{"age1"}, short); return err }, "not both"},
	} {
		if err := test.try(); !errors.Is(err, study.ErrInvalid) || !strings.Contains(study.Sentence(err), test.say) {
			t.Errorf("%s: %v, want %q", name, err, test.say)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the refusal has the secret in it: %v", name, err)
		}
	}
}

// small returns a short backup, which is quick to read.
func small(t testing.TB, to ...age.Recipient) []byte {
	var out bytes.Buffer
	w, err := NewWriter(&out, header, to)
	must(t, err)
	must(t, w.Database(func(w io.Writer) error { _, err := w.Write(bytes.Repeat([]byte("rows"), 300)); return err }))
	must(t, w.Directory(laboratory(t), map[string]bool{"pg": true}))
	must(t, w.Close())
	return out.Bytes()
}

// A backup that was cut anywhere is refused with a sentence, whether it is encrypted or not. So is one of which a byte differs, unless
// that byte means nothing, as some bits of a frame's header do.
func TestADamagedBackupIsRefused(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	must(t, err)
	keys := []age.Identity{key}
	for name, whole := range map[string][]byte{"plain": small(t), "encrypted": small(t, key.Recipient())} {
		t.Run(name, func(t *testing.T) {
			want, err := Check(bytes.NewReader(whole), keys)
			must(t, err)
			rapid.Check(t, func(t *rapid.T) {
				broken := bytes.Clone(whole)
				at := rapid.IntRange(0, len(whole)-1).Draw(t, "at")
				cut := rapid.Bool().Draw(t, "cut")
				if cut {
					broken = broken[:at]
				} else {
					broken[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
				}
				got, err := Check(bytes.NewReader(broken), keys)
				if err == nil && !cut && cmp.Equal(got, want) {
					return
				}
				if study.Sentence(err) == "" {
					t.Fatalf("taken, or refused without a sentence: %v", err)
				}
			})
		})
	}
}

func TestWhatIsNoBackupIsRefused(t *testing.T) {
	packed := func(name string, typ byte, content string, more ...string) []byte {
		var out bytes.Buffer
		z, err := zstd.NewWriter(&out)
		must(t, err)
		w := tar.NewWriter(z)
		if len(more) > 0 {
			must(t, w.WriteHeader(&tar.Header{Name: headerName, Size: int64(len(more[0]))}))
			_, err = io.WriteString(w, more[0])
			must(t, err)
		}
		must(t, w.WriteHeader(&tar.Header{Name: name, Typeflag: typ, Size: int64(len(content)), Linkname: "x"}))
		_, err = io.WriteString(w, content)
		must(t, errors.Join(err, w.Close(), z.Close()))
		return out.Bytes()
	}
	for name, test := range map[string]struct {
		file []byte
		say  string
	}{
		"nothing":                 {nil, "no backup of studyctl"},
		"a text":                  {[]byte("Dear participant, thank you for your time"), "no backup of studyctl"},
		"another archive":         {packed("holiday.jpg", tar.TypeReg, "x"), "no backup of studyctl"},
		"a newer format":          {packed("files/a", tar.TypeReg, "x", `{"format":99,"program":"v9"}`), "made by a newer studyctl (v9)"},
		"a way out of it":         {packed("files/../../etc/passwd", tar.TypeReg, "x", `{"format":1}`), "damaged"},
		"a detour":                {packed("files/../files/a", tar.TypeReg, "x", `{"format":1}`), "it has the entry"},
		"a detour to a directory": {packed("files/a/../../database/", tar.TypeDir, "", `{"format":1}`), "it has the entry"},
		"a name with a dot":       {packed("files/./a", tar.TypeReg, "x", `{"format":1}`), "it has the entry"},
		"an absolute path":        {packed("/etc/passwd", tar.TypeReg, "x", `{"format":1}`), "damaged"},
		"a link":                  {packed("files/a", tar.TypeSymlink, "", `{"format":1}`), "damaged"},
		"a list of other entries": {packed(sumsName, tar.TypeReg, "00  files/a\n", `{"format":1}`), "damaged"},
	} {
		to := t.TempDir()
		if _, err := Unpack(bytes.NewReader(test.file), nil, to); !strings.Contains(study.Sentence(err), test.say) {
			t.Errorf("%s: %v, want %q", name, err, test.say)
		}
	}
}
