package visit_test

import (
	"testing"

	"vmstudy/internal/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }
