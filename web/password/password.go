// Package password stores passwords as hashes that take long to compute, so that a thief of the
// hashes can try only few passwords (argon2id, RFC 9106).
//
// Checking a password takes 0.1 s of a processor and 64 MiB, and everybody may ask for it. It must
// not disturb the measurements of participants, so [VerifyAside] does it in a process of its own,
// at the lowest priority.
package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Parameters of argon2id for new hashes: RFC 9106 section 4, second recommended option
// (64 MiB, three passes, four lanes, salt of 16 and tag of 32 bytes). The first one takes
// 2 GiB for each sign-in; OWASP's Password Storage Cheat Sheet asks for at least 19 MiB and
// two passes.
const (
	argonMemory = 64 << 10 // KiB
	argonPasses = 3
	argonLanes  = 4
	saltBytes   = 16
	tagBytes    = 32
)

// Limits of what Verify computes. A hash in the database is trusted, but it must not use up the
// memory of the machine.
const (
	maxArgonMemory = 1 << 20 // KiB
	maxArgonPasses = 16
)

// phc is a parsed PHC string, "$argon2id$v=19$m=65536,t=3,p=4$salt$tag".
type phc struct {
	memory, passes uint32
	lanes          uint8
	salt, tag      []byte
}

// Hash returns the argon2id hash of password as a PHC string, with a fresh salt.
func Hash(password string) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: see crypto/rand
	p := phc{memory: argonMemory, passes: argonPasses, lanes: argonLanes, salt: salt}
	p.tag = argon2.IDKey([]byte(password), salt, p.passes, p.memory, p.lanes, tagBytes)
	return p.String()
}

// Decoy returns a hash that takes as long to check as a real one, and that no password matches.
func Decoy() string {
	p := phc{memory: argonMemory, passes: argonPasses, lanes: argonLanes, salt: make([]byte, saltBytes), tag: make([]byte, tagBytes)}
	rand.Read(p.salt)
	rand.Read(p.tag)
	return p.String()
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes,
		b64.EncodeToString(p.salt), b64.EncodeToString(p.tag))
}

// Verify reports whether hash is the hash of password. It returns an error if hash is malformed.
func Verify(password, hash string) (bool, error) {
	p, err := parsePHC(hash)
	if err != nil {
		return false, fmt.Errorf("stored password: %w", err)
	}
	tag := argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.lanes, uint32(len(p.tag)))
	return subtle.ConstantTimeCompare(tag, p.tag) == 1, nil
}

var errPHC = errors.New("not an argon2id PHC string")

func parsePHC(hash string) (phc, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, errPHC
	}
	var p phc
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return phc{}, fmt.Errorf("%w: %w", errPHC, err)
	}
	if p.passes < 1 || p.passes > maxArgonPasses || p.lanes < 1 || p.memory < 8*uint32(p.lanes) || p.memory > maxArgonMemory {
		return phc{}, fmt.Errorf("%w: parameters %s out of range", errPHC, parts[3])
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return phc{}, fmt.Errorf("%w: salt: %w", errPHC, err)
	}
	if p.tag, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return phc{}, fmt.Errorf("%w: tag: %w", errPHC, err)
	}
	if len(p.salt) < 8 || len(p.tag) < 16 || len(p.tag) > 64 {
		return phc{}, fmt.Errorf("%w: salt or tag of a wrong length", errPHC)
	}
	return p, nil
}
