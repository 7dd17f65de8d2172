package studytest

import (
	"bytes"

	"vmstudy/study"
)

func testBlindKeys(l *lab) {
	key := func(id study.StudyID) []byte {
		l.Helper()
		k, err := l.source.BlindKey(l.ctx(), id)
		l.must(err)
		return k
	}
	first, second := l.published(Design()).Study, l.published(Design()).Study
	if a, b := key(first), key(second); len(a) < 10 || bytes.Equal(a, b) || !bytes.Equal(a, key(first)) {
		l.Errorf("keys %x and %x, want long ones that stay, another for each study", a, b)
	}
}
