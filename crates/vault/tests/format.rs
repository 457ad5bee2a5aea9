//! The fear: the bytes change with a version of this program, and what was sealed before is lost.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

use std::fs;

use vault::{Digest, Files, Keys, Randomness, Sealed, commits, open, seal};

const CLEAR: &str = "Nobody asked us.\n";
const COMMITMENT: &str = "b05f83a302e48784881a6a8b02cd59ccb1ce6e0c7a03d04f5afd962c234c0627";
const SEALED: &str = "\
    404142434445464748494a4b4c4d4e4f50515253545556579a56671fb4995977\
    fc9fe2da8fe916bc98d96cf01654c19248485444ab1124dc45";
const SEALED_DIGEST: &str = "85c7fe251adcb58042553e89e11a5997a9069f678921b982df22f3a0f7336aa0";
const KEY_FILE: &str = "\
    {\"key\":\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\",\
    \"salt\":\"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f\"}\n";
const CLEAR_DIGEST: &str = "3ca9fa3f70dcebfc0ddc9dd3c3f02119181abbec45e7b6d12e6bfca9bf136ebb";

/// As many bytes as there is room for, counting up from the first.
fn counting<const N: usize>(first: u8) -> [u8; N] {
    std::array::from_fn(|i| first + i as u8)
}

fn sealed() -> Sealed {
    let randomness = Randomness { key: counting(0), nonce: counting(0x40), salt: counting(0x80) };
    seal(CLEAR.as_bytes(), randomness).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_example_of_the_format_comes_out() {
    let Sealed { reference, bytes, secrets } = sealed();
    assert_eq!(reference.commitment.to_string(), COMMITMENT);
    assert_eq!(reference.length, 17);
    assert_eq!(hex(&bytes), SEALED);
    assert_eq!(reference.sealed.to_string(), SEALED_DIGEST);
    assert!(commits(&COMMITMENT.parse().unwrap(), secrets.salt(), CLEAR.as_bytes()));
}

/// The fear: the parts fit the format, and what lies on the disk does not.
#[test]
fn the_example_lies_on_the_disk_as_the_format_says() {
    let Sealed { reference, bytes, secrets } = sealed();
    let (ledger, config) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let keys = Keys::new(config.path().join("keys"));
    let vault = Files::new(ledger.path().join("vault"));
    let publications = Files::new(ledger.path().join("publications"));
    keys.put(&[(reference.sealed, &secrets)]).unwrap();
    vault.put(&[&bytes]).unwrap();
    publications.put(&[CLEAR.as_bytes()]).unwrap();

    let key_file = config.path().join("keys").join(SEALED_DIGEST);
    assert_eq!(fs::read_to_string(key_file).unwrap(), KEY_FILE);
    let sealed_file = ledger.path().join("vault").join(SEALED_DIGEST);
    assert_eq!(hex(&fs::read(sealed_file).unwrap()), SEALED);
    let released = ledger.path().join("publications").join(CLEAR_DIGEST);
    assert_eq!(fs::read_to_string(released).unwrap(), CLEAR);

    let digest: Digest = SEALED_DIGEST.parse().unwrap();
    let (bytes, secrets) = (vault.get(&digest).unwrap(), keys.get(&digest).unwrap());
    let clear = open(&reference, &bytes.unwrap(), &secrets.unwrap()).unwrap();
    assert_eq!(clear, CLEAR.as_bytes());
}
