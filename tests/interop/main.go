// Command interop checks what a ledger exports with Go's own transparency log packages, and with
// nothing of ours: every entry against the signed checkpoint, through the tiles.
//
//	interop tiles DIR [OLDER-DIR]   an export with entries, and an older one of the same log
//	interop proof FILE LOG-VKEY     a proof of inclusion, with the record in it
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	said, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(said)
}

func run(args []string) (string, error) {
	switch {
	case len(args) == 2 && args[0] == "tiles":
		return checkTiles(args[1])
	case len(args) == 3 && args[0] == "tiles":
		return checkGrowth(args[1], args[2])
	case len(args) == 3 && args[0] == "proof":
		return checkProof(args[1], args[2])
	}
	return "", errors.New("usage: interop tiles DIR [OLDER-DIR] | interop proof FILE LOG-VKEY")
}

// checkTiles proves every entry of an export, and checks the proof.
func checkTiles(dir string) (string, error) {
	tree, err := openTree(dir)
	if err != nil {
		return "", err
	}
	reader := tlog.TileHashReader(tree, tiles{dir})
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return "", err
	}
	if root != tree.Hash {
		return "", errors.New("the tiles have another root than the checkpoint")
	}
	var bundle []byte
	for n := int64(0); n < tree.N; n++ {
		if n%256 == 0 {
			if len(bundle) != 0 {
				return "", fmt.Errorf("%d bytes are left over before entry %d", len(bundle), n)
			}
			width := min(256, tree.N-n)
			if bundle, err = os.ReadFile(filepath.Join(dir, path("entries", n/256, int(width)))); err != nil {
				return "", err
			}
		}
		var entry []byte
		if entry, bundle, err = next(bundle); err != nil {
			return "", fmt.Errorf("entry %d: %w", n, err)
		}
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return "", fmt.Errorf("entry %d: %w", n, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(entry)); err != nil {
			return "", fmt.Errorf("entry %d: %w", n, err)
		}
	}
	if len(bundle) != 0 {
		return "", fmt.Errorf("%d bytes are left over after the last entry", len(bundle))
	}
	return fmt.Sprintf("%d entries are in the tree", tree.N), nil
}

// checkGrowth proves that an export begins as an older one ended, and checks the proof.
func checkGrowth(dir, olderDir string) (string, error) {
	tree, err := openTree(dir)
	if err != nil {
		return "", err
	}
	older, err := openTree(olderDir)
	if err != nil {
		return "", err
	}
	proof, err := tlog.ProveTree(tree.N, older.N, tlog.TileHashReader(tree, tiles{dir}))
	if err != nil {
		return "", err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash); err != nil {
		return "", err
	}
	return fmt.Sprintf("the tree grew from %d to %d entries", older.N, tree.N), nil
}

// checkProof checks a C2SP tlog-proof of the record that stands in it.
func checkProof(file, keyFile string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	head, checkpoint, ok := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return "", errors.New("not a proof with a record in it")
	}
	record, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return "", err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return "", err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return "", err
		}
		proof = append(proof, hash)
	}
	tree, err := openCheckpoint([]byte(checkpoint), keyFile)
	if err != nil {
		return "", err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(record)); err != nil {
		return "", err
	}
	return fmt.Sprintf("record %d is one of %d", index, tree.N), nil
}

func openTree(dir string) (tlog.Tree, error) {
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	return openCheckpoint(text, filepath.Join(dir, "log.vkey"))
}

// openCheckpoint checks the signature, and that the log is that of the key. tlog.ParseTree is for
// the origin of Go's checksum database only, so the three lines are read here.
func openCheckpoint(text []byte, keyFile string) (tlog.Tree, error) {
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("the note is not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// next takes an entry off a bundle.
func next(bundle []byte) (entry, rest []byte, err error) {
	if len(bundle) < 2 {
		return nil, nil, errors.New("the bundle ends")
	}
	length := int(binary.BigEndian.Uint16(bundle))
	if len(bundle) < 2+length {
		return nil, nil, errors.New("the bundle ends inside it")
	}
	entry, rest = bundle[2:2+length], bundle[2+length:]
	if !bytes.HasPrefix(entry, []byte(`{"hash":"`)) {
		return nil, nil, errors.New("it is no record")
	}
	return entry, rest, nil
}

// tiles reads the tiles of a directory.
type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range wanted {
		read, err := os.ReadFile(filepath.Join(t.dir, path(strconv.Itoa(tile.L), tile.N, tile.W)))
		if err != nil {
			return nil, err
		}
		data = append(data, read)
	}
	return data, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// path is where C2SP tlog-tiles has a tile: without the height that tlog.Tile.Path has in it.
func path(level string, n int64, width int) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if width < 256 {
		name += fmt.Sprintf(".p/%d", width)
	}
	return "tile/" + level + "/" + name
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}
