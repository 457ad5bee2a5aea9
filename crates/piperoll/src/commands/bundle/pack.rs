//! How a bundle lies on the disk: as a directory, or as a tar that is the same bytes each time.
//!
//! What is read came from somebody else. Nothing of it is ever written to the disk, no name of it
//! is followed, and no more is held than a bundle can have.

use super::harmless;
use crate::exit::{DAMAGED, Failure, Outcome, UNABLE, USAGE};
use crate::place::Place;
use assessment::Event;
use journal::record;
use ledger::bundle::{Files, MAX_BYTES, MAX_FILES};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use tar::{Archive, Builder, EntryType, Header};

/// The directories of a bundle.
const DIRS: [&str; 3] = ["proofs", "records", "released"];

/// How the names of other archives end; `.tar` but in another case.
const OTHERS: [&str; 9] = [".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".zip", ".7z", ".gz"];

/// The most that a file of the bundle itself has: a list of all its files is the longest.
const MAX_OWN: u64 = 4 * 1024 * 1024;
/// The most that a proof has: a record in base64, 63 hashes and a checkpoint.
const MAX_PROOF: u64 = 256 * 1024;
/// What a released report has beside its texts: passages, salts, financial facts.
const MAX_BESIDE: u64 = 1024 * 1024;
/// A character of a text takes six at most where it is written as `\u0000`.
const ESCAPED: u64 = 6;
/// The most that a tar has beyond its files: a header and a rest of a block for each.
const MAX_BLOCKS: u64 = MAX_FILES as u64 * 1024 + 1024 * 1024;

/// Where a bundle is to be written: as a tar if that is what the name says, else as a directory.
///
/// # Errors
///
/// Something that is there already, a path without a name, and the name of another archive.
pub fn place(target: &Path) -> Result<Place, Failure> {
    if is_tar(target) {
        return Place::of_new_file(target);
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let lower = name.to_ascii_lowercase();
    let other = OTHERS.iter().any(|end| lower.ends_with(end)) || lower.contains(".tar.");
    if other {
        let cause =
            format!("a bundle is a directory or a tar, and `{}` is neither", harmless(&name));
        return Err(Failure::new(USAGE, cause)
            .hint("a name that ends in .tar makes a tar, which can be compressed afterwards"));
    }
    Place::of_new_directory(target)
}

/// Writes the files there.
///
/// # Errors
///
/// What keeps them from being written; then nothing is left.
pub fn write(place: Place, target: &Path, files: &Files) -> Outcome {
    if is_tar(target) {
        let tar = tar(files).and_then(|tar| fs::write(place.path(), tar));
        tar.map_err(|error| place.unwritten(&error))?;
    } else {
        for (name, bytes) in files {
            place.write(name, bytes)?;
        }
    }
    place.finish()
}

fn is_tar(target: &Path) -> bool {
    target.extension().is_some_and(|it| it == "tar")
}

/// The tar of some files: the same bytes whenever and by whomever it is made.
fn tar(files: &Files) -> io::Result<Vec<u8>> {
    let mut builder = Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = Header::new_ustar();
        header.set_path(name)?;
        header.set_size(bytes.len() as u64);
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_cksum();
        builder.append(&header, bytes.as_slice())?;
    }
    builder.into_inner()
}

/// Reads a bundle, from a directory or a tar.
///
/// # Errors
///
/// What cannot be read, and what no bundle can be.
pub fn read(path: &Path) -> Result<Files, Failure> {
    let found = fs::metadata(path).map_err(|error| cannot_read(path, &error))?;
    if found.is_dir() {
        return read_dir(path);
    }
    if !found.is_file() {
        return Err(Failure::new(UNABLE, format!("{} is no file or directory", path.display()))
            .hint("name a bundle: a directory, or a tar"));
    }
    read_tar(path)
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::new(UNABLE, format!("cannot read {}: {error}", path.display()))
        .hint("name a bundle that is there and may be read: a directory, or a tar")
}

/// What was read is no bundle.
fn not_one(path: &Path, why: &str) -> Failure {
    let why: String = why.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    Failure::new(DAMAGED, format!("not a bundle: {why}"))
        .at(path.display().to_string())
        .hint("nothing of it was unpacked; ask for it again from who made it")
}

fn read_dir(path: &Path) -> Result<Files, Failure> {
    let mut reading = Reading::default();
    let mut names = list(path, "")?;
    // What is released is as long as the records say, so these come first; and so they do.
    for dir in DIRS.iter().filter(|dir| path.join(dir).is_dir()) {
        names.extend(list(path, dir)?);
    }
    for name in names {
        let at = path.join(&name);
        let found = fs::symlink_metadata(&at).map_err(|error| cannot_read(&at, &error))?;
        if found.is_dir() && DIRS.contains(&name.as_str()) {
            continue;
        }
        if !found.is_file() {
            return Err(not_one(path, &format!("{name} is no file")));
        }
        reading.may_take(&name, found.len()).map_err(|why| not_one(path, &why))?;
        let file = File::open(&at).map_err(|error| cannot_read(&at, &error))?;
        let bytes = bounded(file, found.len()).map_err(|error| cannot_read(&at, &error))?;
        reading.take(name, bytes);
    }
    Ok(reading.files)
}

/// What stands in a directory of a bundle, sorted, and no more than there may be.
fn list(path: &Path, dir: &str) -> Result<Vec<String>, Failure> {
    let at = path.join(dir);
    let mut names = Vec::new();
    let is_link = fs::symlink_metadata(&at).is_ok_and(|found| found.is_symlink());
    if is_link && !dir.is_empty() {
        return Err(not_one(path, &format!("{dir} is a link")));
    }
    for entry in fs::read_dir(&at).map_err(|error| cannot_read(&at, &error))? {
        let name = entry.map_err(|error| cannot_read(&at, &error))?.file_name();
        let text = name.to_str().ok_or_else(|| {
            not_one(path, &format!("the name {} is not UTF-8", name.to_string_lossy()))
        })?;
        names.push(if dir.is_empty() { text.to_owned() } else { format!("{dir}/{text}") });
        if names.len() > MAX_FILES {
            return Err(not_one(path, &too_many()));
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn too_large() -> String {
    format!("it has more than {MAX_BYTES} bytes")
}

fn too_many() -> String {
    format!("it has more than {MAX_FILES} files")
}

fn read_tar(path: &Path) -> Result<Files, Failure> {
    let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
    let size = file.metadata().map_err(|error| cannot_read(path, &error))?.len();
    if size > MAX_BYTES + MAX_BLOCKS {
        return Err(not_one(path, &too_large()));
    }
    let whole = bounded(file, size).map_err(|error| cannot_read(path, &error))?;
    unpack(&whole).map_err(|why| not_one(path, &why))
}

/// The files of a tar, which has to be the one that is made of them.
fn unpack(whole: &[u8]) -> Result<Files, String> {
    // Its errors repeat what stands in the file, which may be anybody's.
    let broken = |_: io::Error| "it is no tar or directory of one".to_owned();
    let mut archive = Archive::new(whole);
    let mut reading = Reading::default();
    for entry in archive.entries().map_err(broken)?.raw(true) {
        let mut entry = entry.map_err(broken)?;
        let name = std::str::from_utf8(&entry.path_bytes()).map(str::to_owned);
        let name = name.map_err(|_| "a name in it is not UTF-8")?;
        if entry.header().entry_type() != EntryType::Regular {
            return Err(format!("{name} is no file"));
        }
        let size = entry.size();
        reading.may_take(&name, size)?;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(broken)?;
        if bytes.len() as u64 != size {
            return Err(format!("it ends within {name}"));
        }
        reading.take(name, bytes);
    }
    // Whatever stands in a header, behind a file or after the last one is compared like this.
    match tar(&reading.files).is_ok_and(|again| again == whole) {
        true => Ok(reading.files),
        false => Err("it is not the tar that is made of its files".to_owned()),
    }
}

/// Reads no more than a file was said to have.
fn bounded(file: File, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What has been read, and how much more may be.
#[derive(Default)]
struct Reading {
    files: Files,
    bytes: u64,
    /// How long the texts are that the records name.
    texts: u64,
}

impl Reading {
    /// Whether a file may stand in a bundle, by its name and size.
    fn may_take(&self, name: &str, size: u64) -> Result<(), String> {
        let (dir, own) = name.split_once('/').unwrap_or(("", name));
        let is_known = dir.is_empty() || DIRS.contains(&dir);
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        if !is_known || own.is_empty() || own.starts_with('.') || !own.bytes().all(is_plain) {
            return Err(format!("`{name}` is no name of a file in one"));
        }
        if self.files.contains_key(name) {
            return Err(format!("{name} stands in it twice"));
        }
        if self.files.len() >= MAX_FILES {
            return Err(too_many());
        }
        let most = match dir {
            "records" => record::MAX_LINE as u64,
            "proofs" => MAX_PROOF,
            "released" => self.texts.saturating_mul(ESCAPED).saturating_add(MAX_BESIDE),
            _ => MAX_OWN,
        };
        if size > most {
            return Err(format!("{name} has {size} bytes, and {most} at most belong there"));
        }
        match self.bytes + size > MAX_BYTES {
            true => Err(too_large()),
            false => Ok(()),
        }
    }

    fn take(&mut self, name: String, bytes: Vec<u8>) {
        self.bytes += bytes.len() as u64;
        let drafted = name.starts_with("records/").then(|| drafted(&bytes)).flatten();
        self.texts = self.texts.saturating_add(drafted.unwrap_or_default());
        self.files.insert(name, bytes);
    }
}

/// How long the text is of which a record is a draft.
fn drafted(line: &[u8]) -> Option<u64> {
    let record = record::parse_trusted(line).ok()?;
    match Event::decode(record.kind, record.schema, record.data).ok()? {
        Event::DraftWritten(draft) => Some(draft.content.length),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Files {
        let files = [("bundle.json", "{}\n"), ("records/00000000000000000000.json", "{}")];
        files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).into()
    }

    /// A tar with one file, whose header was changed.
    fn with(name: &str, change: impl FnOnce(&mut Header)) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        let mut header = Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(2);
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        change(&mut header);
        header.set_cksum();
        builder.append(&header, &b"{}"[..]).unwrap();
        builder.into_inner().unwrap()
    }

    /// A bit in a header, or in what fills a block, could carry what nobody looks at.
    #[test]
    fn every_bit_of_a_tar_counts() {
        let whole = tar(&small()).unwrap();
        assert_eq!(unpack(&whole).unwrap(), small());
        for bit in 0..whole.len() * 8 {
            let mut changed = whole.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(unpack(&changed).ok(), Some(small()), "bit {bit}");
        }
        for end in 0..whole.len() {
            assert!(unpack(&whole[..end]).is_err() || end == 0, "cut at {end}");
            assert_ne!(unpack(&whole[..end]).ok(), Some(small()), "cut at {end}");
        }
        let longer = [whole.as_slice(), &[0; 512]].concat();
        assert_eq!(unpack(&longer).unwrap_err(), "it is not the tar that is made of its files");
    }

    /// Whoever hands over a tar chooses what stands in it.
    #[test]
    fn a_hostile_tar_is_refused() {
        let none = "is no name of a file in one";
        for name in ["/etc/passwd", "../x", "records/../x", "a/b", "records/", ".x", "x y", "x\n"] {
            let why = unpack(&with(name, |_| {})).unwrap_err();
            assert!(why.contains(none), "{name}: {why}");
        }
        for kind in [
            EntryType::Link,
            EntryType::Symlink,
            EntryType::Char,
            EntryType::Block,
            EntryType::Fifo,
            EntryType::Directory,
            EntryType::GNULongName,
            EntryType::GNUSparse,
            EntryType::XHeader,
        ] {
            let why = unpack(&with("bundle.json", |header| header.set_entry_type(kind)));
            assert!(why.unwrap_err().contains("is no file"), "{kind:?}");
        }
        for (name, most) in [
            ("bundle.json", MAX_OWN),
            ("records/00000000000000000000.json", 65_535),
            ("proofs/00000000000000000000.tlog-proof", MAX_PROOF),
            ("released/00", MAX_BESIDE),
        ] {
            let why = unpack(&with(name, |header| header.set_size(1 << 30))).unwrap_err();
            assert_eq!(
                why,
                format!("{name} has 1073741824 bytes, and {most} at most belong there")
            );
        }
        let one = with("bundle.json", |_| {});
        let twice = [&one[..1024], &one].concat();
        assert_eq!(unpack(&twice).unwrap_err(), "bundle.json stands in it twice");
        assert!(unpack(b"no tar at all").is_err());
    }

    /// A text is held in memory before its digest is known.
    #[test]
    fn a_released_report_is_no_longer_than_its_drafts_allow() {
        let mut reading = Reading::default();
        assert!(reading.may_take("released/00", MAX_BESIDE).is_ok());
        assert!(reading.may_take("released/00", MAX_BESIDE + 1).is_err());
        reading.texts = 10;
        assert!(reading.may_take("released/00", MAX_BESIDE + 60).is_ok());
        assert!(reading.may_take("released/00", MAX_BESIDE + 61).is_err());
        (reading.bytes, reading.texts) = (MAX_BYTES - 10, u64::MAX);
        assert!(reading.may_take("released/00", 11).is_err());
    }

    /// Thousands of files must end the reading, not the memory.
    #[test]
    fn there_is_an_end_to_the_number_of_files() {
        let mut reading = Reading::default();
        (0..MAX_FILES).for_each(|number| reading.take(format!("x{number}"), vec![]));
        assert_eq!(reading.may_take("y", 0).unwrap_err(), too_many());
    }
}
