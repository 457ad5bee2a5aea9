//! The fear: content is lost, is read by whoever lacks the key, or is not what was committed to.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

use proptest::prelude::*;
use vault::{
    Digest, MAX_LENGTH, OVERHEAD, OpenError, Randomness, Reference, SealError, Sealed, Secrets,
    commits, open, seal,
};

const KEY: [u8; 32] = [1; 32];
const NONCE: [u8; 24] = [2; 24];
const SALT: [u8; 32] = [3; 32];
const CLEAR: &[u8] = b"said in confidence";

fn randomness() -> Randomness {
    Randomness { key: KEY, nonce: NONCE, salt: SALT }
}

fn sealed() -> Sealed {
    seal(CLEAR, randomness()).unwrap()
}

/// The reference as it would be if these had been the sealed bytes from the start.
fn referring_to(bytes: &[u8]) -> Reference {
    Reference { sealed: Digest::of(bytes), ..sealed().reference }
}

proptest! {
    #[test]
    fn whatever_is_sealed_opens_again(
        clear in prop::collection::vec(any::<u8>(), 0..5_000),
        (key, nonce, salt) in any::<([u8; 32], [u8; 24], [u8; 32])>(),
    ) {
        let Sealed { reference, bytes, secrets } =
            seal(&clear, Randomness { key, nonce, salt }).unwrap();
        prop_assert_eq!(reference.length, clear.len() as u64);
        prop_assert_eq!(bytes.len() as u64, reference.length + OVERHEAD);
        prop_assert_eq!(reference.sealed, Digest::of(&bytes));
        prop_assert!(commits(&reference.commitment, secrets.salt(), &clear));
        prop_assert_eq!(open(&reference, &bytes, &secrets), Ok(clear));
    }
}

#[test]
fn empty_content_is_content() {
    let Sealed { reference, bytes, secrets } = seal(b"", randomness()).unwrap();
    assert_eq!((reference.length, bytes.len() as u64), (0, OVERHEAD));
    assert_eq!(open(&reference, &bytes, &secrets), Ok(Vec::new()));
    assert!(commits(&reference.commitment, &SALT, b""));
    assert!(!commits(&reference.commitment, &SALT, b"\0"));
}

/// The fear: the clear bytes shine through.
#[test]
fn sealed_bytes_do_not_hold_the_content() {
    let clear = CLEAR.repeat(100);
    let bytes = seal(&clear, randomness()).unwrap().bytes;
    assert!(!bytes.windows(8).any(|window| clear.windows(8).any(|piece| piece == window)));
}

#[test]
fn a_changed_byte_is_refused_wherever_it_is() {
    let Sealed { reference, bytes, secrets } = sealed();
    for at in 0..bytes.len() {
        for change in [1, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            let found = Digest::of(&changed);
            let expected = reference.sealed;
            let differs = OpenError::SealedDiffers { expected, found };
            assert_eq!(open(&reference, &changed, &secrets), Err(differs), "byte {at}");
            // Nor does it help to change the reference as well.
            let forged = referring_to(&changed);
            let refused = OpenError::CannotDecrypt { sealed: found };
            assert_eq!(open(&forged, &changed, &secrets), Err(refused), "byte {at}");
        }
    }
}

#[test]
fn a_shorter_or_longer_file_is_refused() {
    let Sealed { bytes, secrets, .. } = sealed();
    let longer = [bytes.as_slice(), b"\0"].concat();
    let cuts = (0..bytes.len()).map(|end| &bytes[..end]);
    for changed in cuts.chain([longer.as_slice()]) {
        let refused = OpenError::CannotDecrypt { sealed: Digest::of(changed) };
        assert_eq!(open(&referring_to(changed), changed, &secrets), Err(refused));
    }
}

#[test]
fn another_key_does_not_open() {
    let Sealed { reference, bytes, .. } = sealed();
    for bit in 0..256 {
        let mut key = KEY;
        key[bit / 8] ^= 1 << (bit % 8);
        let refused = OpenError::CannotDecrypt { sealed: reference.sealed };
        assert_eq!(open(&reference, &bytes, &Secrets::new(key, SALT)), Err(refused));
    }
}

#[test]
fn another_salt_is_noticed() {
    let Sealed { reference, bytes, .. } = sealed();
    let salt = [4; 32];
    assert!(!commits(&reference.commitment, &salt, CLEAR));
    let expected = reference.commitment;
    let found = seal(CLEAR, Randomness { key: KEY, nonce: NONCE, salt }).unwrap();
    let found = found.reference.commitment;
    let refused = OpenError::CommitmentDiffers { expected, found };
    assert_eq!(open(&reference, &bytes, &Secrets::new(KEY, salt)), Err(refused));
}

#[test]
fn another_length_is_noticed() {
    let Sealed { reference, bytes, secrets } = sealed();
    let found = reference.length;
    for expected in [0, found - 1, found + 1, u64::MAX] {
        let reference = Reference { length: expected, ..reference };
        let refused = OpenError::LengthDiffers { expected, found };
        assert_eq!(open(&reference, &bytes, &secrets), Err(refused));
    }
}

/// The fear: a sealed file is passed off as the content of another record.
#[test]
fn a_sealed_file_opens_under_its_own_commitment_only() {
    let Sealed { reference, bytes, secrets } = sealed();
    let other = seal(b"something else", randomness()).unwrap().reference.commitment;
    // The same content, committed to with another salt, is another commitment too.
    let again = seal(CLEAR, Randomness { key: KEY, nonce: NONCE, salt: [4; 32] });
    for commitment in [other, again.unwrap().reference.commitment, Digest::of(CLEAR)] {
        let moved = Reference { commitment, ..reference };
        let refused = OpenError::CannotDecrypt { sealed: reference.sealed };
        assert_eq!(open(&moved, &bytes, &secrets), Err(refused));
    }
}

/// The fear: somebody who has only the record tells by guessing what the content is.
#[test]
fn the_same_content_is_never_recorded_the_same_way() {
    let first = sealed().reference;
    let second = seal(CLEAR, Randomness { key: [5; 32], nonce: [6; 24], salt: [7; 32] });
    let second = second.unwrap().reference;
    assert_ne!(first.commitment, second.commitment);
    assert_ne!(first.sealed, second.sealed);
    assert_ne!(first.commitment, Digest::of(CLEAR));
}

#[test]
fn what_is_too_long_is_refused() {
    let clear = vec![0; usize::try_from(MAX_LENGTH).unwrap() + 1];
    let length = MAX_LENGTH + 1;
    assert_eq!(seal(&clear, randomness()), Err(SealError::TooLong { length }));
}

#[test]
fn refusals_say_what_differs() {
    let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
    let messages = [
        (
            SealError::TooLong { length: 67_108_865 }.to_string(),
            "content of 67108865 bytes is too long: at most 67108864 can be sealed".to_owned(),
        ),
        (
            OpenError::SealedDiffers { expected: a, found: b }.to_string(),
            format!("the sealed bytes have the digest {b}, not {a}"),
        ),
        (
            OpenError::CannotDecrypt { sealed: a }.to_string(),
            format!("{a} cannot be decrypted with this key under its commitment"),
        ),
        (
            OpenError::LengthDiffers { expected: 1, found: 2 }.to_string(),
            "the content has 2 bytes, not 1".to_owned(),
        ),
        (
            OpenError::CommitmentDiffers { expected: a, found: b }.to_string(),
            format!("the content has the commitment {b}, not {a}"),
        ),
    ];
    for (message, expected) in messages {
        assert_eq!(message, expected);
    }
}
