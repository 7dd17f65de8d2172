package document_test

import (
	"encoding/json"
	"testing"

	"vmstudy/document"
)

func TestTheSchemaNamesEveryField(t *testing.T) {
	var s map[string]any
	if err := json.Unmarshal(document.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	about := 0
	var walk func(at string, s map[string]any)
	walk = func(at string, s map[string]any) {
		properties, _ := s["properties"].(map[string]any)
		for name, of := range properties {
			of := of.(map[string]any)
			if of["description"] == "" {
				t.Errorf("%s.%s has no description", at, name)
			}
			about++
			walk(at+"."+name, of)
			if items, ok := of["items"].(map[string]any); ok {
				walk(at+"."+name+"[]", items)
			}
		}
	}
	walk("", s)
	if about < 50 {
		t.Errorf("%d fields, want all", about)
	}
}
