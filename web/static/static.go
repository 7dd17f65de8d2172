// Package static has the files that pages load unchanged: styles, scripts and pictures. They are
// part of the program, so a page needs no other server.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"time"
)

//go:embed *
var files embed.FS

// types are the kinds of files that Handler serves. It does not serve others, such as this one.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

// hashes has the first 16 hexadecimal digits of each file's SHA-256, by path.
var hashes = hash()

func hash() map[string]string {
	all := map[string]string{}
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || types[path.Ext(p)] == "" {
			return err
		}
		data, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		all[p] = hex.EncodeToString(sum[:8])
		return nil
	})
	if err != nil {
		panic(err) // cannot fail: the files are part of the program
	}
	return all
}

// URL returns the address of the file at a path such as "base.css". The address contains the file's
// hash, so browsers may keep the file for good and still get a changed one. URL panics if there is
// no such file.
func URL(p string) string {
	h, ok := hashes[p]
	if !ok {
		panic("no static file " + p)
	}
	return "/static/" + p + "?v=" + h
}

// Handler serves the files by path. Browsers keep a file that is requested with its hash. A file
// that is requested without it, as scripts request each other, is requested again each time and
// answered with 304 if it has not changed.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, ok := hashes[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		data, err := files.ReadFile(r.URL.Path)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", types[path.Ext(r.URL.Path)])
		w.Header().Set("ETag", `"`+h+`"`)
		w.Header().Set("Cache-Control", "no-cache")
		if r.URL.Query().Get("v") == h {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
}
