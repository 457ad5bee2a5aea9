//! `export tiles`: the hashes of all records, as files that any web server can serve.

use crate::cli::ExportTiles;
use crate::commands::proof::{LATEST, SIGN_ONE, begins_with, damaged_tree, latest, tree};
use crate::exit::{DAMAGED, Failure, Outcome, REFUSED, UNABLE};
use crate::place::in_utf8;
use crate::render::count;
use crate::world;
use journal::record::MAX_LINE;
use journal::tiles::{Tile, TileError, check_edge, push_entry, tiles};
use journal::tree::leaf;
use journal::{
    Checkpoint, Hashes as _, Head, Lines as _, SignedCheckpoint, Store as _, StoredTree, TreeHash,
    VerifierKey,
};
use ledger::{At, Ledger};
use std::fmt::Write as _;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// The checkpoint that was exported last.
const CHECKPOINT: &str = "checkpoint";

/// Where the lines of records lie, which are not for the public.
const ENTRIES: &str = "tile/entries";

/// Writes what is not there yet, the checkpoint last.
pub fn run(ledger: &mut Ledger, args: &ExportTiles, out: &mut dyn Write) -> Outcome {
    let dir = in_utf8(&args.dir)?;
    // Before anything is looked at: another export may be signing for more meanwhile.
    let mut lock = there(dir)?.map(|_| lock(dir)).transpose()?;
    let signed = latest(ledger)?;
    let head = ledger.end()?.head;
    let tree = tree(ledger, &head)?;
    let checkpoint = signed.checkpoint();
    begins_with(ledger, &tree, &head, checkpoint, LATEST)?;
    check_edge(&tree, checkpoint.size, checkpoint.root).map_err(|error| unsound(&tree, error))?;
    let keys = ledger.keys(At::default())?.keys;
    let key = signed
        .signer(&keys)
        .map_err(|error| Failure::new(DAMAGED, format!("{LATEST} does not count: {error}")))?;
    // Everything that may be refused is, before anything is written.
    if let Some(old) = earlier(dir, &keys)? {
        let name = dir.join(CHECKPOINT).display().to_string();
        begins_with(ledger, &tree, &head, &old, &name)?;
        if old.size > checkpoint.size {
            let cause = format!("{} has a newer checkpoint than this ledger", dir.display());
            return Err(Failure::new(REFUSED, cause).hint(SIGN_ONE));
        }
    }
    let entries = dir.join(ENTRIES);
    if !args.entries && there(&entries)?.is_some() {
        let cause = format!("{} holds records, which are not for the public", entries.display());
        return Err(Failure::new(REFUSED, cause).hint(
            "name another directory for what is published; for auditors, --entries goes on here",
        ));
    }

    if lock.is_none() {
        fs::create_dir_all(dir).map_err(|error| unable("create", dir, &error))?;
        lock = Some(self::lock(dir)?);
    }
    let all = tiles(checkpoint.size);
    let Put { written, mended } = put_tiles(&tree, dir, &all)?;
    let mut said = format!(
        "{}, {} written, {} there already{}",
        count(checkpoint.size, "record"),
        count(written, "tile"),
        all.len() as u64 - written - mended,
        and_mended(mended),
    );
    if args.entries {
        let Put { written, mended } = put_bundles(ledger, &tree, &head, dir, &all)?;
        let bundles = count(written, "bundle");
        let _ = write!(said, ", {bundles} of records written{}", and_mended(mended));
    }
    put(dir, "log.vkey", format!("{key}\n").as_bytes())?;
    // Last, as it promises all the rest. If we crash before this, the older one stands there with
    // all that it promises.
    put(dir, CHECKPOINT, &signed.to_bytes())?;
    drop(lock);
    writeln!(out, "{}: {said}", dir.display())?;
    if args.entries {
        world::say(format_args!(
            "warning: {} holds every record, also those that are not published: it is for \
             auditors, not for a public server",
            entries.display()
        ));
    }
    Ok(())
}

/// What an earlier export signed for, if there was one; it must have been this ledger's.
fn earlier(dir: &Path, keys: &[VerifierKey]) -> Result<Option<Checkpoint>, Failure> {
    if there(&dir.join("ledger.json"))?.is_some() || there(&dir.join("journal"))?.is_some() {
        let cause = format!("{} is a ledger's directory", dir.display());
        return Err(Failure::new(REFUSED, cause).hint("name one of its own for what is exported"));
    }
    let file = dir.join(CHECKPOINT);
    let bytes = match fs::read(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        bytes => bytes.map_err(|error| unable("read", &file, &error))?,
    };
    let signed = SignedCheckpoint::parse(&bytes);
    let signed = signed.and_then(|signed| signed.signer(keys).map(drop).map(|()| signed));
    let signed = signed.map_err(|error| {
        let name = file.display();
        Failure::new(REFUSED, format!("{name} is no checkpoint of this ledger: {error}"))
            .hint("name another directory; nothing was written")
    })?;
    Ok(Some(signed.checkpoint().clone()))
}

/// Keeps other exports out of a directory, for as long as what it returns is held.
fn lock(dir: &Path) -> Result<File, Failure> {
    if !dir.is_dir() {
        return Err(Failure::new(UNABLE, format!("{} is not a directory", dir.display()))
            .hint("name a directory, or nothing that is there"));
    }
    let opened = File::open(dir).map_err(|error| unable("open", dir, &error))?;
    match opened.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let cause = format!("another export is writing to {}", dir.display());
            Err(Failure::new(UNABLE, cause).hint("try again when it is done"))
        }
        // Not every file system has locks on directories: then nobody is kept out.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(opened),
    }
}

/// How many files were written that were not there, and how many that were not as they must be.
#[derive(Default)]
struct Put {
    written: u64,
    mended: u64,
}

impl Put {
    fn count(&mut self, found: Found) {
        match found {
            Found::Whole => {}
            Found::Missing => self.written += 1,
            Found::Broken => self.mended += 1,
        }
    }
}

/// What is in the place of a file, for which an earlier export's checkpoint may vouch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Whole,
    Missing,
    /// A power cut emptied it, or an export that ended early left something else.
    Broken,
}

fn and_mended(mended: u64) -> String {
    if mended == 0 { String::new() } else { format!(", {mended} mended") }
}

/// Writes the tiles that are not there as they must be.
fn put_tiles(tree: &StoredTree, dir: &Path, all: &[Tile]) -> Result<Put, Failure> {
    let progress = world::progress("tiles");
    let mut put_by_now = Put::default();
    for tile in all {
        let bytes = tile.bytes(tree).map_err(|error| unsound(tree, error))?;
        let found = look(dir, &tile.path(), bytes.len() as u64, |it| it == bytes)?;
        if found != Found::Whole {
            put(dir, &tile.path(), &bytes)?;
        }
        put_by_now.count(found);
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(put_by_now)
}

/// Looks whether a file is there and as it must be; one that is longer than this is not read.
fn look(
    dir: &Path,
    name: &str,
    longest: u64,
    is_whole: impl Fn(&[u8]) -> bool,
) -> Result<Found, Failure> {
    let path = dir.join(name);
    match there(&path)? {
        None => return Ok(Found::Missing),
        Some(length) if length > longest || !path.is_file() => return Ok(Found::Broken),
        Some(_) => {}
    }
    let bytes = fs::read(&path).map_err(|error| unable("read", &path, &error))?;
    Ok(if is_whole(&bytes) { Found::Whole } else { Found::Broken })
}

/// The tiles of level 0 whose lines are not there as they must be.
fn bundles_to_put(
    tree: &StoredTree,
    dir: &Path,
    all: &[Tile],
) -> Result<Vec<(Tile, String, Found)>, Failure> {
    let mut bundles = Vec::new();
    for tile in all {
        let Some(path) = tile.entries_path() else { continue };
        let leaves = tile.bytes(tree).map_err(|error| unsound(tree, error))?;
        let longest = u64::from(tile.width()) * (2 + MAX_LINE as u64);
        let found = look(dir, &path, longest, |bundle| is_of(bundle, &leaves))?;
        if found != Found::Whole {
            bundles.push((*tile, path, found));
        }
    }
    Ok(bundles)
}

/// Whether a bundle has the lines of just these leaves.
fn is_of(mut bundle: &[u8], leaves: &[u8]) -> bool {
    for expected in leaves.chunks(size_of::<TreeHash>()) {
        let Some((length, rest)) = bundle.split_first_chunk() else { return false };
        let length = usize::from(u16::from_be_bytes(*length));
        let Some((line, rest)) = rest.split_at_checked(length) else { return false };
        if leaf(line).0 != expected {
            return false;
        }
        bundle = rest;
    }
    bundle.is_empty()
}

/// Writes the bundles that are not there as they must be; each line is compared with its leaf.
fn put_bundles(
    ledger: &Ledger,
    tree: &StoredTree,
    head: &Head,
    dir: &Path,
    all: &[Tile],
) -> Result<Put, Failure> {
    let mut put_by_now = Put::default();
    let bundles = bundles_to_put(tree, dir, all)?;
    let Some((first, ..)) = bundles.first() else { return Ok(put_by_now) };
    let progress = world::progress("records");
    let mut lines = ledger.store().lines(first.range().start, head)?;
    for (tile, path, found) in &bundles {
        let (mut bundle, range) = (Vec::new(), tile.range());
        while let Some(line) = lines.next()? {
            let position = line.position;
            // Between the bundles that are missing there may be some that are not.
            if range.contains(&position) {
                if tree.leaf(position).map_err(|error| tree.error(&error))? != leaf(line.bytes) {
                    let why = "another record was put into the tree there";
                    return Err(damaged_tree(position, why.to_owned()));
                }
                push_entry(&mut bundle, line.bytes);
            }
            if position + 1 == range.end {
                break;
            }
        }
        put(dir, path, &bundle)?;
        put_by_now.count(*found);
        progress.inc(range.end - range.start);
    }
    progress.finish_and_clear();
    Ok(put_by_now)
}

/// Puts a file in its place whole: who is served it gets the old one or the new one. It is not
/// synced: what a power cut takes is exported again.
fn put(dir: &Path, name: &str, bytes: &[u8]) -> Outcome {
    let path = dir.join(name);
    let new = dir.join(format!("{name}.new"));
    let parent = path.parent().unwrap_or(dir);
    let written = fs::create_dir_all(parent)
        .and_then(|()| fs::write(&new, bytes))
        .and_then(|()| fs::rename(&new, &path));
    written.map_err(|error| unable("write", &path, &error))
}

/// How long a file is, if it is there.
fn there(path: &Path) -> Result<Option<u64>, Failure> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found.len())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unable("look at", path, &error)),
    }
}

fn unable(doing: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::new(UNABLE, format!("cannot {doing} {}: {error}", path.display()))
        .hint("name a directory that can be written to and has room")
}

fn unsound(tree: &StoredTree, error: TileError) -> Failure {
    match error {
        TileError::Unread(error) => tree.error(&error).into(),
        error => {
            damaged_tree(tree.size() - 1, format!("{error}: delete `tree/`, which is derived"))
        }
    }
}
