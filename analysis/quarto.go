package analysis

import (
	"bytes"
	"strings"
)

// quartoHead begins the document. The steps run in the directory above the one that it lies in, as those of the script do. What they print is Markdown.
const quartoHead = `---
title: "What the study found"
format:
  html:
    toc: true
    embed-resources: true
execute:
  echo: true
  warning: false
---

`

const quartoSetup = "```{r}\n#| include: false\nif (requireNamespace(\"knitr\", quietly = TRUE)) {\n  knitr::opts_knit$set(root.dir = normalizePath(\"..\"))\n  knitr::opts_chunk$set(results = \"asis\")\n}\n```\n"

// quarto makes a document of Quarto of an R script: a line "## Title" is a heading, the comment right after it is text, and what follows up to the
// next heading is a piece of code. What stands before the first heading is text, too. So the script and the document cannot disagree.
func quarto(script []byte) []byte {
	var out bytes.Buffer
	out.WriteString(quartoHead)
	head, rest, _ := strings.Cut(string(script), "\n## ")
	out.WriteString(prose(head) + "\n\n" + quartoSetup)
	for section := range strings.SplitSeq(rest, "\n## ") {
		title, body, _ := strings.Cut(section, "\n")
		out.WriteString("\n## " + title + "\n\n")
		text, code, _ := strings.Cut(strings.TrimLeft(body, "\n"), "\n\n")
		out.WriteString(prose(text) + "\n\n```{r}\n" + strings.Trim(code, "\n") + "\n```\n")
	}
	return out.Bytes()
}

// prose takes the marks of a comment away.
func prose(comment string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(comment), "\n") {
		lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(line, "#"), " "))
	}
	return strings.Join(lines, "\n")
}
