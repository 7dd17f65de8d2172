package studytest

import (
	"crypto/sha256"
	"fmt"

	"vmstudy/study"
)

func testImages(l *lab) {
	content := []byte("\x89PNG and more")
	f := study.ImageFile{SHA256: fmt.Sprintf("%x", sha256.Sum256(content)), Type: "image/png", Content: content}
	_, err := l.ImageFile(l.ctx(), f.SHA256)
	l.wantKind("an image that nobody kept", err, study.ErrNotFound)
	for range 2 {
		l.must(l.KeepImage(l.ctx(), f))
	}
	got, err := l.ImageFile(l.ctx(), f.SHA256)
	l.must(err)
	l.wantEqual("the image", got, f)
}
