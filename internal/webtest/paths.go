package webtest

import (
	"fmt"
	"strconv"

	"vmstudy/study"
)

// StudyPage returns the path of a study's page.
func StudyPage(id study.StudyID) string { return fmt.Sprintf("/lab/studies/%d", id) }

// DesignPage returns the path of a study's form.
func DesignPage(id study.StudyID) string { return StudyPage(id) + "/design" }

// QuestionsPage returns the path of a study's questionnaires.
func QuestionsPage(id study.StudyID) string { return StudyPage(id) + "/questions" }

// CalibrationPage returns the path of a calibration's report.
func CalibrationPage(c study.Calibration) string {
	return fmt.Sprintf("%s/calibrations/%d", StudyPage(c.Study), c.ID)
}

// AttemptPage returns the beginning of the paths of an attempt's pages.
func AttemptPage(x study.SessionID, a study.AttemptID) string {
	return fmt.Sprintf("/lab/sessions/%d/attempts/%d", x, a)
}

// Number writes an id as forms and paths have it.
func Number[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }
