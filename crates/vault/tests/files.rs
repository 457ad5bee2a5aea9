//! The fear: a file is lost, half-written or changed, and passes for what it was.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use vault::{Digest, Error, Files};

const ONE: &[u8] = b"one";
const TWO: &[u8] = b"two";

/// A directory with these files, put into a directory of its own that was not there.
fn files(contents: &[&[u8]]) -> (TempDir, Files) {
    let root = tempfile::tempdir().unwrap();
    let files = Files::new(root.path().join("not/yet"));
    files.put(contents).unwrap();
    (root, files)
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn what_is_put_is_there_by_its_digest_and_nothing_else_is() {
    let (_root, files) = files(&[]);
    assert!(!files.dir().exists(), "nothing to put makes no directory");
    assert_eq!(files.list().unwrap(), []);
    assert_eq!(files.get(&Digest::of(ONE)).unwrap(), None);
    assert_eq!(files.check(&Digest::of(ONE)).unwrap(), None);
    assert!(!files.contains(&Digest::of(ONE)).unwrap());

    let digests = files.put(&[ONE, b"", TWO]).unwrap();
    assert_eq!(digests, [Digest::of(ONE), Digest::of(b""), Digest::of(TWO)]);
    let mut sorted = digests.clone();
    sorted.sort_unstable();
    assert_eq!(files.list().unwrap(), sorted);
    let hex: Vec<String> = sorted.iter().map(Digest::to_string).collect();
    assert_eq!(names(files.dir()), hex);
    for (digest, bytes) in digests.iter().zip([ONE, b"", TWO]) {
        assert_eq!(files.get(digest).unwrap().as_deref(), Some(bytes));
        assert_eq!(files.check(digest).unwrap(), Some(bytes.len() as u64));
        assert!(files.contains(digest).unwrap());
        assert_eq!(fs::read(files.path(digest)).unwrap(), bytes);
    }
    assert_eq!(files.get(&Digest::of(b"three")).unwrap(), None);
}

/// The fear: writing again what is there opens a moment in which it is not.
#[test]
fn putting_what_is_there_does_not_write_it_again() {
    let (_root, files) = files(&[ONE, ONE]);
    let path = files.path(&Digest::of(ONE));
    let written = fs::metadata(&path).unwrap();
    assert_eq!(files.put(&[ONE, TWO]).unwrap(), [Digest::of(ONE), Digest::of(TWO)]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let now = fs::metadata(&path).unwrap();
        assert_eq!((now.ino(), now.ctime_nsec()), (written.ino(), written.ctime_nsec()));
    }
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written.modified().unwrap());
    assert_eq!(files.list().unwrap().len(), 2);
}

#[test]
fn a_changed_file_is_damage_and_is_left_as_it_is() {
    let (_root, files) = files(&[ONE]);
    let digest = Digest::of(ONE);
    let path = files.path(&digest);
    for changed in [b"onf".as_slice(), b"on", b"one\0", b""] {
        fs::write(&path, changed).unwrap();
        let refusals = [
            files.get(&digest).unwrap_err(),
            files.check(&digest).unwrap_err(),
            files.put(&[ONE]).unwrap_err(),
        ];
        for refusal in refusals {
            let found = Digest::of(changed);
            let message = format!("damaged: {} has the digest {found}", path.display());
            assert_eq!(refusal.to_string(), message);
        }
        assert!(files.contains(&digest).unwrap());
        assert_eq!(fs::read(&path).unwrap(), changed);
    }
}

/// The fear: what a crash left half-written counts, or is in the way for ever.
#[test]
fn a_crash_before_the_file_has_its_name_leaves_nothing_that_counts() {
    for left in [b"".as_slice(), b"on", b"one", b"something longer"] {
        let (_root, files) = files(&[TWO]);
        let digest = Digest::of(ONE);
        fs::write(files.dir().join(format!(".{digest}.new")), left).unwrap();
        assert_eq!(files.list().unwrap(), [Digest::of(TWO)]);
        assert_eq!(files.get(&digest).unwrap(), None);
        assert!(!files.contains(&digest).unwrap());

        files.put(&[ONE]).unwrap();
        assert_eq!(files.get(&digest).unwrap().as_deref(), Some(ONE));
        assert_eq!(names(files.dir()).len(), 2, "no trace of the crash is left");
    }
}

#[test]
fn only_names_that_are_digests_are_listed() {
    let (_root, files) = files(&[ONE]);
    let digest = Digest::of(TWO).to_string();
    for stray in ["notes.txt", &digest.to_uppercase(), &format!("{digest}.bak"), &digest[1..]] {
        fs::write(files.dir().join(stray), TWO).unwrap();
    }
    assert_eq!(files.list().unwrap(), [Digest::of(ONE)]);
}

/// The fear: a disk that fails, or a directory that is a file, is taken for "there is nothing".
#[test]
fn what_cannot_be_looked_at_is_not_called_missing() {
    let (root, files) = files(&[ONE]);
    let digest = Digest::of(ONE);
    let not_a_dir = Files::new(files.path(&digest));
    let refusals = [
        not_a_dir.get(&digest).unwrap_err(),
        not_a_dir.check(&digest).unwrap_err(),
        not_a_dir.contains(&digest).unwrap_err(),
        not_a_dir.list().unwrap_err(),
        not_a_dir.put(&[ONE]).unwrap_err(),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, Error::Io { .. }), "{refusal}");
    }
    let in_its_place = Files::new(root.path());
    fs::create_dir(in_its_place.path(&digest)).unwrap();
    assert!(matches!(in_its_place.get(&digest), Err(Error::Io { .. })));
    assert!(matches!(in_its_place.check(&digest), Err(Error::Io { .. })));
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_written_is_fully_readable() {
    use std::os::unix::fs::PermissionsExt;

    let (_root, files) = files(&[ONE, TWO]);
    let digest = Digest::of(ONE);
    fs::set_permissions(files.path(&digest), fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(files.dir(), fs::Permissions::from_mode(0o555)).unwrap();
    let before = names(files.dir());
    assert_eq!(files.get(&digest).unwrap().as_deref(), Some(ONE));
    assert_eq!(files.check(&digest).unwrap(), Some(3));
    assert_eq!(files.list().unwrap().len(), 2);
    // Nothing has to be written, so it is not refused either.
    assert_eq!(files.put(&[ONE]).unwrap(), [digest]);
    assert_eq!(names(files.dir()), before);
    fs::set_permissions(files.dir(), fs::Permissions::from_mode(0o755)).unwrap();
}

/// The fear: a large file is read into memory, or read in part, when it is only checked.
#[test]
fn a_file_of_many_buffers_is_checked_to_its_last_byte() {
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|i| (i / 7) as u8).collect();
    let (_root, files) = files(&[&bytes]);
    let digest = Digest::of(&bytes);
    assert_eq!(files.check(&digest).unwrap(), Some(3_000_000));
    let mut changed = bytes;
    *changed.last_mut().unwrap() ^= 1;
    fs::write(files.path(&digest), changed).unwrap();
    assert!(matches!(files.check(&digest), Err(Error::Damaged { .. })));
}
