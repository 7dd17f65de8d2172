// Package cli is what the command lines of this project's two programs share: studyctl, which runs a laboratory, and
// studyctl-bench, to which studyctl hands the benches that need a remote-controlled browser. Both know the same
// settings and the same flags for benches, and both end in the same ways.
package cli
