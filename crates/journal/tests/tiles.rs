//! Tiles: their names, how many there are, and that every hash in them is the tree's, as another
//! reader of tiles finds.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "common/kept.rs"]
mod kept;

use std::collections::BTreeMap;

use journal::tiles::{Tile, TileError, check_edge, push_entry, tiles};
use journal::tree::{Growing, Hashes, leaf};
use kept::Kept;
use tlog_tiles::tile;
use tlog_tiles::tlog::{self, HashReader, stored_hash_index, tree_hash};

impl Kept {
    fn of(size: u64) -> Self {
        let mut growing = Growing::default();
        let hashes = (0..size).flat_map(|index| growing.push(leaf(&line(index)))).collect();
        Self { size, hashes }
    }

    fn bytes(&self, size: u64) -> BTreeMap<String, Vec<u8>> {
        let bytes = |tile: Tile| (tile.path(), tile.bytes(self).unwrap());
        tiles(size).into_iter().map(bytes).collect()
    }
}

fn line(index: u64) -> Vec<u8> {
    format!("{{\"position\":{index}}}").into_bytes()
}

/// Who has nothing but the files.
struct Served(BTreeMap<String, Vec<u8>>);

impl tile::TileReader for Served {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tile::Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        let read = |tile: &tile::Tile| {
            // Theirs has the height in it.
            let path = tile.path().replacen("tile/8/", "tile/", 1);
            self.0.get(&path).cloned().ok_or(tlog::Error::InvalidTile)
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[tile::Tile], _: &[Vec<u8>]) {}
}

/// The last tile of each level, and how many there are.
fn levels(size: u64) -> Vec<(usize, String)> {
    let mut levels: BTreeMap<u8, (usize, String)> = BTreeMap::new();
    for tile in tiles(size) {
        let (count, last) = levels.entry(tile.level()).or_default();
        (*count, *last) = (*count + 1, tile.path());
    }
    levels.into_values().collect()
}

fn named(levels: &[(usize, &str)]) -> Vec<(usize, String)> {
    levels.iter().map(|(count, last)| (*count, (*last).to_owned())).collect()
}

// Nobody else finds the files: the examples of the specification come out.
#[test]
fn the_known_sizes_have_the_known_tiles() {
    assert_eq!(levels(0), []);
    assert_eq!(levels(1), named(&[(1, "tile/0/000.p/1")]));
    assert_eq!(levels(255), named(&[(1, "tile/0/000.p/255")]));
    assert_eq!(levels(256), named(&[(1, "tile/0/000"), (1, "tile/1/000.p/1")]));
    let expected = [(2, "tile/0/001.p/1"), (1, "tile/1/000.p/1")];
    assert_eq!(levels(257), named(&expected));
    let expected = [(274, "tile/0/273.p/112"), (2, "tile/1/001.p/17"), (1, "tile/2/000.p/1")];
    assert_eq!(levels(70_000), named(&expected));
    assert_eq!(levels(1000 * 256)[0].1, "tile/0/999");
    assert_eq!(levels(1000 * 256 + 7)[0].1, "tile/0/x001/000.p/7");
    assert_eq!(levels(1_234_068 * 256)[0].1, "tile/0/x001/x234/067");
}

// Entries lie elsewhere than their leaves, or beside hashes that are no leaves.
#[test]
fn bundles_are_named_as_the_tiles_of_their_leaves() {
    let bundles = tiles(300).into_iter().filter_map(|tile| tile.entries_path());
    assert_eq!(bundles.collect::<Vec<_>>(), ["tile/entries/000", "tile/entries/001.p/44"]);
    let ranges: Vec<_> = tiles(300).iter().map(Tile::range).collect();
    assert_eq!(ranges, [0..256, 256..300, 0..1]);
    let mut bundle = Vec::new();
    push_entry(&mut bundle, b"one");
    push_entry(&mut bundle, &[b'x'; 65_535]);
    assert_eq!(bundle[..7], *b"\x00\x03one\xff\xff");
    assert_eq!(bundle.len(), 7 + 65_535);
}

// A hash stands in another place than the one where readers look for it.
#[test]
fn a_reader_of_tiles_finds_every_leaf_and_root() {
    for size in [1, 2, 255, 256, 257, 300, 511, 512, 513, 1_000, 65_535, 65_536, 65_537, 70_000] {
        let kept = Kept::of(size);
        let root = kept.root(size).unwrap();
        assert_eq!(check_edge(&kept, size, root).map_err(|it| it.to_string()), Ok(()));
        let served = Served(kept.bytes(size));
        let widths: u64 = tiles(size).iter().map(|tile| u64::from(tile.width())).sum();
        assert_eq!(served.0.values().map(Vec::len).sum::<usize>() as u64, 32 * widths);
        let reader = tile::TileHashReader::new(size, root, &served);
        assert_eq!(tree_hash(size, &reader).unwrap(), root);
        // A step that meets every place in a tile.
        let indexes: Vec<u64> = (0..size).step_by(if size < 2_000 { 1 } else { 251 }).collect();
        let stored: Vec<u64> = indexes.iter().map(|index| stored_hash_index(0, *index)).collect();
        let leaves = reader.read_hashes(&stored).unwrap();
        for (index, found) in indexes.into_iter().zip(leaves) {
            assert_eq!(found, leaf(&line(index)), "{index} of {size}");
        }
    }
}

// A tile that an older tree had under the same path is another one in a newer tree.
#[test]
fn a_tile_never_becomes_another_one() {
    let kept = Kept::of(1_100);
    let sizes = [0, 1, 2, 255, 256, 257, 511, 512, 513, 767, 1_023, 1_024, 1_100];
    for (old, new) in sizes.iter().flat_map(|old| sizes.map(|new| (*old, new))) {
        if old > new {
            continue;
        }
        let before = kept.bytes(old);
        for tile in tiles(new) {
            let path = tile.path();
            let known = before.get(&path);
            let bytes = tile.bytes(&kept).unwrap();
            assert!(known.is_none_or(|it| *it == bytes), "{path} of {new} after {old}");
        }
    }
}

// A hash that was damaged on the disk is published: then nothing can be proved to anybody.
#[test]
fn every_hash_of_a_tile_is_checked() {
    let size = 600;
    let sound = Kept::of(size);
    let root = sound.root(size).unwrap();
    let mut seen = [0, 0];
    for index in 0..sound.hashes.len() {
        let mut kept = sound.clone();
        kept.hashes[index].0[7] ^= 1;
        let foreign = tiles(size).iter().any(|tile| {
            let bytes = tile.bytes(&kept);
            matches!(bytes, Err(TileError::Foreign(path)) if path == tile.path())
        });
        let edge = matches!(check_edge(&kept, size, root), Err(TileError::Root { .. }));
        let level = tlog::split_stored_hash_index(index as u64).0;
        // Other levels than every eighth stand in no tile.
        assert_eq!(foreign || edge, level.is_multiple_of(8), "hash {index}, level {level}");
        seen[usize::from(foreign)] += usize::from(level.is_multiple_of(8));
    }
    assert_eq!(seen, [600 - 512, 512 + 2]);
}

// More is published than the checkpoint covers, or a size that nobody has seen.
#[test]
fn a_larger_tree_than_there_is_has_no_edge() {
    let kept = Kept::of(5);
    let error = check_edge(&kept, 6, kept.root(5).unwrap()).unwrap_err();
    assert!(matches!(error, TileError::Unread(_)), "{error}");
    assert!(tiles(6)[0].bytes(&kept).is_err());
}
