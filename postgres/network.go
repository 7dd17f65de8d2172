package postgres

import (
	"vmstudy/document"
	"vmstudy/study"
)

// networkDoc is a network in a JSON document, spelled as in a study file.
type networkDoc study.Network

func (doc networkDoc) MarshalJSON() ([]byte, error) {
	return document.WriteNetwork(study.Network(doc)), nil
}

func (doc *networkDoc) UnmarshalJSON(content []byte) error {
	n, err := document.ReadNetwork(content)
	*doc = networkDoc(n)
	return err
}
