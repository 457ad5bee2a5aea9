//! The fear: a key is lost, is seen by others, or outlives the order to destroy it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

use std::fs;

use tempfile::TempDir;
use vault::{Digest, Error, Keys, Secrets};

fn secrets() -> Secrets {
    Secrets::new([0xab; 32], [0x01; 32])
}

fn sealed() -> Digest {
    Digest::of(b"sealed")
}

/// Keys in a directory of their own that is not there yet.
fn keys() -> (TempDir, Keys) {
    let root = tempfile::tempdir().unwrap();
    let keys = Keys::new(root.path().join("config/keys"));
    (root, keys)
}

/// Keys with one in it.
fn keys_with_one() -> (TempDir, Keys) {
    let (root, keys) = keys();
    keys.put(&[(sealed(), &secrets())]).unwrap();
    (root, keys)
}

#[test]
fn a_key_that_is_put_is_there() {
    let (_root, keys) = keys();
    keys.put(&[]).unwrap();
    assert!(!keys.exists().unwrap(), "nothing to put makes no directory");
    assert_eq!(keys.get(&sealed()).unwrap(), None);

    let (other, others) = (Digest::of(b"other"), Secrets::new([2; 32], [3; 32]));
    keys.put(&[(sealed(), &secrets()), (other, &others)]).unwrap();
    assert!(keys.exists().unwrap());
    assert_eq!(keys.get(&sealed()).unwrap(), Some(secrets()));
    assert_eq!(keys.get(&other).unwrap(), Some(others));
    assert_eq!(keys.get(&Digest::of(b"third")).unwrap(), None);

    let text = fs::read_to_string(keys.dir().join(sealed().to_string())).unwrap();
    let (key, salt) = ("ab".repeat(32), "01".repeat(32));
    assert_eq!(text, format!("{{\"key\":\"{key}\",\"salt\":\"{salt}\"}}\n"));
    assert_eq!(fs::read_dir(keys.dir()).unwrap().count(), 2);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_look() {
    use std::os::unix::fs::PermissionsExt;

    let (root, keys) = keys_with_one();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(keys.path(&sealed())), 0o600);
    assert_eq!(mode(keys.dir().to_owned()), 0o700);
    assert_eq!(mode(root.path().join("config")), 0o700, "with those that had to be made above");
}

/// The fear: a second key takes the place of the first, and what that opens is lost.
#[test]
fn a_key_is_never_overwritten() {
    let (_root, keys) = keys_with_one();
    let path = keys.path(&sealed());
    let before = fs::read(&path).unwrap();
    keys.put(&[(sealed(), &secrets())]).unwrap();
    let refusal = keys.put(&[(sealed(), &Secrets::new([0xab; 32], [2; 32]))]).unwrap_err();
    let message = format!("another key is there already: {}", path.display());
    assert_eq!(refusal.to_string(), message);
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// The fear: a damaged key passes for one that was destroyed on purpose.
#[test]
fn a_file_that_is_no_key_is_not_called_missing() {
    let (_root, keys) = keys_with_one();
    let path = keys.path(&sealed());
    let text = fs::read(&path).unwrap();
    let longer = [text.as_slice(), b"\n"].concat();
    let much_longer = text.repeat(1_000);
    for wrong in [b"".as_slice(), &text[..text.len() - 1], &longer, &much_longer, &[0; 149]] {
        fs::write(&path, wrong).unwrap();
        let message = format!("not a key file: {}", path.display());
        assert_eq!(keys.get(&sealed()).unwrap_err().to_string(), message);
        assert_eq!(keys.put(&[(sealed(), &secrets())]).unwrap_err().to_string(), message);
        assert_eq!(fs::read(&path).unwrap(), wrong);
    }
}

#[test]
fn what_cannot_be_looked_at_is_not_called_missing() {
    let (_root, keys) = keys_with_one();
    let not_a_dir = Keys::new(keys.path(&sealed()));
    let refusals = [
        not_a_dir.get(&sealed()).unwrap_err(),
        not_a_dir.put(&[(sealed(), &secrets())]).unwrap_err(),
        not_a_dir.destroy(&sealed()).unwrap_err(),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, Error::Io { .. }), "{refusal}");
    }
}

#[test]
fn a_destroyed_key_is_gone() {
    let (_root, keys) = keys_with_one();
    let other = Digest::of(b"other");
    keys.put(&[(other, &secrets())]).unwrap();
    assert!(keys.destroy(&sealed()).unwrap());
    assert_eq!(keys.get(&sealed()).unwrap(), None);
    assert_eq!(keys.get(&other).unwrap(), Some(secrets()), "no other key goes with it");
    assert_eq!(fs::read_dir(keys.dir()).unwrap().count(), 1);
    assert!(!keys.destroy(&sealed()).unwrap(), "it was destroyed before");
}

#[test]
fn destroying_where_there_are_no_keys_makes_no_directory() {
    let (_root, keys) = keys();
    assert!(!keys.destroy(&sealed()).unwrap());
    assert!(!keys.exists().unwrap());
}

/// The fear: the file is removed, and its bytes stay on the disk. A second name shows them.
#[test]
fn a_destroyed_key_is_overwritten_first() {
    let (root, keys) = keys_with_one();
    let second_name = root.path().join("second");
    fs::hard_link(keys.path(&sealed()), &second_name).unwrap();
    let length = fs::metadata(&second_name).unwrap().len();
    assert!(keys.destroy(&sealed()).unwrap());
    assert_eq!(fs::read(&second_name).unwrap(), vec![0; usize::try_from(length).unwrap()]);
}

/// The fear: a crash while a key is destroyed leaves one that can never be destroyed.
#[test]
fn destroying_can_be_done_again_after_a_crash() {
    let (_root, keys) = keys_with_one();
    fs::write(keys.path(&sealed()), [0; 149]).unwrap();
    assert!(keys.get(&sealed()).is_err());
    assert!(keys.destroy(&sealed()).unwrap());
    assert_eq!(keys.get(&sealed()).unwrap(), None);
}

/// The fear: a copy of the key that a crash left beside its place survives.
#[test]
fn what_a_crash_left_of_a_key_is_no_key_and_is_destroyed_too() {
    let (_root, keys) = keys_with_one();
    let left = keys.dir().join(format!(".{}.new", sealed()));
    fs::copy(keys.path(&sealed()), &left).unwrap();
    assert!(keys.destroy(&sealed()).unwrap());
    assert_eq!(fs::read_dir(keys.dir()).unwrap().count(), 0);

    fs::write(&left, "half a k").unwrap();
    assert_eq!(keys.get(&sealed()).unwrap(), None);
    keys.put(&[(sealed(), &secrets())]).unwrap();
    assert_eq!(keys.get(&sealed()).unwrap(), Some(secrets()));
    assert!(!left.exists());
}
