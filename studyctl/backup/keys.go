package backup

import (
	"bytes"
	"os"
	"strings"

	"filippo.io/age"

	"vmstudy/study"
)

// Recipients returns for whom a backup is encrypted: those with the given public keys (age1...), or whoever knows the passphrase in a
// file. Nothing of both means that it is not encrypted.
func Recipients(public []string, passphraseFile string) ([]age.Recipient, error) {
	if passphraseFile != "" && len(public) > 0 {
		return nil, study.Refuse(study.ErrInvalid, "a backup is encrypted with a passphrase or for recipients, not both")
	}
	if passphraseFile != "" {
		secret, err := passphrase(passphraseFile)
		if err != nil {
			return nil, err
		}
		r, err := age.NewScryptRecipient(secret)
		return []age.Recipient{r}, err
	}
	var all []age.Recipient
	for _, text := range public {
		found, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil {
			return nil, study.Refuse(study.ErrInvalid, "%q is no public key of age, which begins with age1", text)
		}
		all = append(all, found...)
	}
	return all, nil
}

// Identities returns the keys that may open a backup: those of files as age-keygen writes them, and the passphrase in a file.
func Identities(keyFiles []string, passphraseFile string) ([]age.Identity, error) {
	var all []age.Identity
	if passphraseFile != "" {
		secret, err := passphrase(passphraseFile)
		if err != nil {
			return nil, err
		}
		i, err := age.NewScryptIdentity(secret)
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	for _, path := range keyFiles {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, study.Refuse(study.ErrInvalid, "the key cannot be read: %v", err)
		}
		found, err := age.ParseIdentities(bytes.NewReader(text))
		if err != nil { // which may quote the key
			return nil, study.Refuse(study.ErrInvalid, "%s has no key of age, as age-keygen writes it", path)
		}
		all = append(all, found...)
	}
	return all, nil
}

// minPassphrase is how many characters a passphrase must have: who has the file may try as many as they like.
const minPassphrase = 12

// passphrase returns the first line of a file.
func passphrase(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", study.Refuse(study.ErrInvalid, "the passphrase cannot be read: %v", err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	first = strings.TrimRight(first, "\r")
	if len(first) < minPassphrase {
		return "", study.Refuse(study.ErrInvalid, "the passphrase in %s needs at least %d characters", path, minPassphrase)
	}
	return first, nil
}
