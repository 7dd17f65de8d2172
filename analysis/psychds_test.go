package analysis_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"
)

// The rules of Psych-DS 1.0.0: https://github.com/psych-ds/psych-DS, schema_model/versions/1.0.0/rules. Where the rules of its validator are
// stricter (keywords that are official, files that it does not know), these are.

// dataFile is fileRegex of rules/files/tabular_data/data.yaml.
var dataFile = regexp.MustCompile(`^([a-z]+-[a-zA-Z0-9]+)(_[a-z]+-[a-zA-Z0-9]+)*_data\.csv$`)

// keywords are the official ones: objects/common_principles.yaml.
var keywords = []string{"study", "site", "subject", "session", "task", "condition", "trial", "stimulus", "description"}

// terms are what schema.org has for the types that we use.
var terms = map[string][]string{
	"Dataset":       {"name", "description", "schemaVersion", "license", "dateModified", "version", "keywords", "variableMeasured"},
	"PropertyValue": {"name", "description", "unitText"},
}

// psychDSFaults returns what keeps a directory from being a Psych-DS dataset.
func psychDSFaults(dir fs.FS) (faults []string) {
	say := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	variables := describedVariables(dir, say)
	used, ignored, tables := map[string]bool{}, ignoredFiles(dir), 0
	err := fs.WalkDir(dir, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		switch {
		case len(content) == 0:
			say("FILE_EMPTY %s", name)
		case strings.HasPrefix(name, "data/"):
			tables++
			for _, column := range checkTable(name, content, say) {
				used[column] = true
				if !variables[column] {
					say("CSV_COLUMN_MISSING_FROM_METADATA %s %s", name, column)
				}
			}
		case slices.Contains([]string{"dataset_description.json", "README.txt", "README.md", "CHANGES.txt", "CHANGES.md", ".psychds-ignore"}, name):
		case !slices.ContainsFunc(ignored, func(prefix string) bool { return strings.HasPrefix(name, prefix) }):
			say("FILE_NOT_CHECKED %s", name)
		}
		return nil
	})
	if err != nil {
		say("FILE_NOT_READ %v", err)
	}
	if tables == 0 {
		say("MISSING_DATAFILE")
	}
	for _, v := range slices.Sorted(maps.Keys(variables)) {
		if !used[v] {
			say("VARIABLE_MISSING_FROM_CSV_COLUMNS %s", v)
		}
	}
	return faults
}

func ignoredFiles(dir fs.FS) []string {
	list, _ := fs.ReadFile(dir, ".psychds-ignore") // without the list nothing is ignored
	return strings.Fields(string(list))
}

// describedVariables checks dataset_description.json and returns the names in its variableMeasured.
func describedVariables(dir fs.FS, say func(string, ...any)) map[string]bool {
	content, err := fs.ReadFile(dir, "dataset_description.json")
	if err != nil {
		say("MISSING_DATASET_DESCRIPTION")
		return nil
	}
	if !utf8.Valid(content) {
		say("JSON_ENCODING_ERROR")
	}
	var d map[string]any
	if err := json.Unmarshal(content, &d); err != nil {
		say("INVALID_JSON_FORMATTING %v", err)
		return nil
	}
	if d["@context"] != "https://schema.org/" {
		say("no context of schema.org: no key means anything")
	}
	if d["@type"] != "Dataset" {
		say("INCORRECT_DATASET_TYPE %v", d["@type"])
	}
	for _, key := range []string{"name", "description", "variableMeasured"} {
		if d[key] == nil || d[key] == "" {
			say("JSON_KEY_REQUIRED %s", key)
		}
	}
	checkTerms(d, say)
	variables := map[string]bool{}
	list, _ := d["variableMeasured"].([]any)
	for _, v := range list {
		switch v := v.(type) {
		case string:
			variables[v] = true
		case map[string]any:
			checkTerms(v, say)
			name, _ := v["name"].(string)
			if name == "" {
				say("a variable has no name: %v", v)
			}
			variables[name] = true
		}
	}
	return variables
}

func checkTerms(object map[string]any, say func(string, ...any)) {
	kind, _ := object["@type"].(string)
	if terms[kind] == nil {
		say("OBJECT_TYPE_MISSING or unknown: %v", object["@type"])
	}
	for key := range object {
		if !strings.HasPrefix(key, "@") && !slices.Contains(terms[kind], key) {
			say("INVALID_SCHEMAORG_PROPERTY %s of %s", key, kind)
		}
	}
}

// checkTable checks a file in data and returns its columns.
func checkTable(name string, content []byte, say func(string, ...any)) []string {
	base := path.Base(name)
	if !dataFile.MatchString(base) {
		say("FILENAME_KEYWORD_FORMATTING_ERROR %s", name)
	}
	for _, part := range strings.Split(strings.TrimSuffix(base, "_data.csv"), "_") {
		if key, _, _ := strings.Cut(part, "-"); !slices.Contains(keywords, key) {
			say("FILENAME_UNOFFICIAL_KEYWORD_WARNING %s", name)
		}
	}
	r := csv.NewReader(bytes.NewReader(content))
	records, err := r.ReadAll() // refuses a row that is not as long as the first
	switch {
	case err != nil:
		say("CSV_FORMATTING_ERROR or CSV_HEADER_LENGTH_MISMATCH %s: %v", name, err)
		return nil
	case len(records) == 0 || records[0][0] == "":
		say("CSV_HEADER_MISSING %s", name)
		return nil
	}
	header := records[0]
	if len(slices.Compact(slices.Sorted(slices.Values(header)))) != len(header) {
		say("CSV_HEADER_REPEATED %s", name)
	}
	if i := slices.Index(header, "row_id"); i >= 0 {
		seen := map[string]bool{}
		for _, row := range records[1:] {
			if seen[row[i]] {
				say("ROWID_VALUES_NOT_UNIQUE %s", name)
			}
			seen[row[i]] = true
		}
	}
	return header
}

func TestAnExportIsAPsychDSDataset(t *testing.T) {
	src, f := varied(t)
	for _, licence := range []string{"", "CC-BY-4.0"} {
		f.License = licence
		if faults := psychDSFaults(os.DirFS(unpacked(t, src, f))); len(faults) > 0 {
			t.Errorf("with the licence %q:\n%s", licence, strings.Join(faults, "\n"))
		}
	}
}

// TestTheRulesOfPsychDSFindWhatIsWrong breaks an export in one place at a time.
func TestTheRulesOfPsychDSFindWhatIsWrong(t *testing.T) {
	src, f := varied(t)
	whole := os.DirFS(unpacked(t, src, f))
	const trials = "data/description-trials_data.csv"
	describe := func(change func(map[string]any)) func(fstest.MapFS) {
		return func(dir fstest.MapFS) {
			var d map[string]any
			if err := json.Unmarshal(dir["dataset_description.json"].Data, &d); err != nil {
				t.Fatal(err)
			}
			change(d)
			dir["dataset_description.json"].Data, _ = json.Marshal(d)
		}
	}
	tests := map[string]func(fstest.MapFS){
		"MISSING_DATASET_DESCRIPTION":         func(dir fstest.MapFS) { delete(dir, "dataset_description.json") },
		"INVALID_JSON_FORMATTING":             func(dir fstest.MapFS) { dir["dataset_description.json"].Data = []byte("{") },
		"JSON_KEY_REQUIRED description":       describe(func(d map[string]any) { delete(d, "description") }),
		"INCORRECT_DATASET_TYPE":              describe(func(d map[string]any) { d["@type"] = "Thing" }),
		"INVALID_SCHEMAORG_PROPERTY":          describe(func(d map[string]any) { d["licence"] = "CC" }),
		"VARIABLE_MISSING_FROM_CSV_COLUMNS":   describe(func(d map[string]any) { d["variableMeasured"] = append(d["variableMeasured"].([]any), "mood") }),
		"CSV_COLUMN_MISSING_FROM_METADATA":    func(dir fstest.MapFS) { dir[trials].Data = []byte("mood\ngood\n") },
		"CSV_HEADER_REPEATED":                 func(dir fstest.MapFS) { dir[trials].Data = []byte("trial_id,trial_id\n1,2\n") },
		"CSV_FORMATTING_ERROR":                func(dir fstest.MapFS) { dir[trials].Data = append(dir[trials].Data, "1,2\n"...) },
		"FILENAME_KEYWORD_FORMATTING_ERROR":   func(dir fstest.MapFS) { dir["data/trials.csv"] = dir[trials] },
		"FILENAME_UNOFFICIAL_KEYWORD_WARNING": func(dir fstest.MapFS) { dir["data/table-trials_data.csv"] = dir[trials] },
		"FILE_NOT_CHECKED":                    func(dir fstest.MapFS) { dir["notes.txt"] = &fstest.MapFile{Data: []byte("a")} },
		"FILE_EMPTY":                          func(dir fstest.MapFS) { dir["README.txt"].Data = nil },
	}
	for want, spoil := range tests {
		t.Run(want, func(t *testing.T) {
			dir := fstest.MapFS{}
			err := fs.WalkDir(whole, ".", func(name string, e fs.DirEntry, err error) error {
				if err == nil && !e.IsDir() {
					var content []byte
					content, err = fs.ReadFile(whole, name)
					dir[name] = &fstest.MapFile{Data: content}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			spoil(dir)
			if faults := psychDSFaults(dir); !slices.ContainsFunc(faults, func(f string) bool { return strings.HasPrefix(f, want) }) {
				t.Errorf("found %q", faults)
			}
		})
	}
}
