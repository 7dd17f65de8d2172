package web

import (
	"context"
	"io"
	"net"
	"os"
	"time"

	"vmstudy/record"
	"vmstudy/session/calibration"
	"vmstudy/study"
)

// noRecordings is used if this server records nothing.
type noRecordings struct{}

func (noRecordings) Record(_ context.Context, _ study.AttemptID, _ bool, conn net.Conn) net.Conn {
	return conn
}

func (noRecordings) Export(context.Context, io.Writer, study.AttemptID, record.Export) error {
	return study.ErrNotFound
}

func (noRecordings) OpenReplay(study.AttemptID) (record.Replay, *os.File, float64, error) {
	return record.Replay{}, nil, 0, study.ErrNotFound
}
func (noRecordings) Remove(study.AttemptID) error                { return study.ErrNotFound }
func (noRecordings) Video(study.AttemptID) record.VideoState     { return record.VideoState{} }
func (noRecordings) MakeVideo(study.AttemptID) error             { return study.ErrNotFound }
func (noRecordings) CancelVideo(study.AttemptID)                 {}
func (noRecordings) OpenVideo(study.AttemptID) (*os.File, error) { return nil, study.ErrNotFound }

// noCalibrating is used if this server cannot calibrate networks.
type noCalibrating struct{}

func (noCalibrating) Start(context.Context, study.Calibration, []study.NamedNetwork) (study.CalibrationID, error) {
	return 0, study.Refuse(study.ErrConflict, "This server does not calibrate networks.")
}
func (noCalibrating) Stop(context.Context, study.CalibrationID, string) error { return nil }
func (noCalibrating) Status() (calibration.Status, bool)                      { return calibration.Status{}, false }
func (noCalibrating) Takes([]study.NamedNetwork) time.Duration                { return 0 }
func (noCalibrating) Here() (study.Machine, study.LinkWay)                    { return study.Machine{}, "" }
