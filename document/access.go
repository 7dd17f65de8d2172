package document

import (
	"bytes"
	"encoding/json"
	"fmt"

	"vmstudy/study"
)

type access = study.Access

// accessOptions are the options of a level of the factor access method. A new option is a new line here, and a field of
// study.Access; see there.
var accessOptions = []field[access]{
	in("strategy", func(a *access) *study.Strategy { return &a.Strategy }, oneOf(words(study.Strategies()...)...),
		"How a stream chooses what to bring before it is asked for; the best one if it is left out."),
	in("cache", func(a *access) *bool { return &a.Warm }, warmth,
		"How a stream begins. cold: with nothing. warm: with what the near end keeps of earlier ones."),
}

// WriteOptions returns the options of a level as a JSON object with the fields of a study file.
func WriteOptions(a study.Access) []byte { return emitJSON(nil, objectOf(accessOptions...).write(a)) }

// ReadOptions reads what WriteOptions has written into a level.
func ReadOptions(content []byte, into *study.Access) error {
	dec := json.NewDecoder(bytes.NewReader(content))
	dec.UseNumber()
	root, err := parseJSON(dec)
	if err != nil {
		return fmt.Errorf("read stored options of an access method: %w", err)
	}
	r := &reader{format: Format}
	objectOf(accessOptions...).read(r, "", root, into)
	if len(r.faults) > 0 {
		return fmt.Errorf("read stored options of an access method: %v", r.sorted())
	}
	return nil
}
