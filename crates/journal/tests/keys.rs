//! Keys as text: what is read, what is refused, and that Go's tools read and sign the same.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use base64::prelude::{BASE64_STANDARD, Engine};
use journal::note::{Algorithm, KeyError};
use journal::{Hash, SigningKey, VerifierKey};

/// The pair of keys in the documentation of Go's `sumdb/note`, and of `signed_note`.
const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const SECRET: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

/// The text that is signed there, and the signature line.
const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n";
const LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ\
    SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// The points whose order divides 8, in every encoding that decodes to one of them.
const SMALL_ORDER: [&str; 14] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
];

/// Names that a key may have.
const NAMES: [&str; 6] =
    ["a", "log.example/ledger", "log.example:8080/x?y=z", "-", "Prüfstelle/äöü", "記録"];

/// Names that no key may have.
const NO_NAMES: [&str; 16] = [
    "",
    " ",
    "two words",
    " log",
    "log ",
    "tab\tbed",
    "line\nbreak",
    "carriage\r",
    "nul\0",
    "escape\u{1b}[31m",
    "delete\u{7f}",
    "next\u{85}line",
    "no\u{a0}break",
    "em\u{2003}space",
    "ideographic\u{3000}",
    "line\u{2028}separator",
];

/// A verifier key with the id that belongs to it, whatever stands in it.
fn encoded(name: &str, material: &[u8]) -> String {
    let id = signed_note::key_id(name, material);
    format!("{name}+{id:08x}+{}", BASE64_STANDARD.encode(material))
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// Every text that differs from this one in one bit, with the number of the bit.
fn flipped(text: &str) -> impl Iterator<Item = (usize, String)> {
    let flip = move |bit: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // What is not text cannot even be given.
        Some((bit, String::from_utf8(bytes).ok()?))
    };
    (0..text.len() * 8).filter_map(flip)
}

// A key that Go made is read as another one, or signs other bytes.
#[test]
fn the_keys_of_go_are_read_and_sign_to_the_same_bytes() {
    let public: VerifierKey = PUBLIC.parse().unwrap();
    let secret: SigningKey = SECRET.parse().unwrap();
    assert_eq!(public.to_string(), PUBLIC);
    assert_eq!(secret.to_secret_text(), SECRET);
    assert_eq!(*secret.public(), public);
    assert_eq!((public.name(), public.id()), ("PeterNeumann", 0xc74f_20a3));
    assert_eq!(public.algorithm(), Algorithm::Note);

    // Only a cosignature names a time.
    for time in [0, 1_800_000_000] {
        let line = secret.sign_note(TEXT.as_bytes(), time);
        assert_eq!(String::from_utf8(line.to_bytes()).unwrap(), LINE);
        assert!(public.verify(TEXT.as_bytes(), line.signature()));
        assert_eq!(public.time_of(line.signature()), None);
        assert!(!public.verify(TEXT.trim_end().as_bytes(), line.signature()));
        assert!(!public.verify(b"", line.signature()));
    }
    // The key in C2SP's text on signed notes.
    let example = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    assert_eq!(example.parse::<VerifierKey>().unwrap().to_string(), example);
}

// What one program writes the other cannot read: every key, by both.
#[test]
fn every_key_is_read_back_here_and_by_signed_note() {
    for (n, name) in (1..).zip(NAMES) {
        for algorithm in [Algorithm::Note, Algorithm::Cosignature] {
            let key = SigningKey::new(name, algorithm, &[n; 32]).unwrap();
            let again: SigningKey = key.to_secret_text().parse().unwrap();
            assert_eq!(again.public(), key.public());
            assert_eq!(again.to_secret_text(), key.to_secret_text());
            let public: VerifierKey = key.public().to_string().parse().unwrap();
            assert_eq!(public, *key.public());
            let signature = again.sign_note(b"text\n", 1_800_000_000);
            assert!(public.verify(b"text\n", signature.signature()), "{name}");

            let theirs = signed_note::StandardVerifier::new(&public.to_string());
            match algorithm {
                Algorithm::Note => {
                    let theirs = theirs.unwrap();
                    assert!(signed_note::Verifier::verify(
                        &theirs,
                        b"text\n",
                        signature.signature()
                    ));
                    assert_eq!(signed_note::Verifier::key_id(&theirs), public.id());
                    signed_note::StandardSigner::new(&key.to_secret_text()).unwrap();
                }
                // The standard verifier knows notes only: no witness passes for a log there.
                Algorithm::Cosignature => assert!(theirs.is_err()),
            }
        }
    }
}

// One key, used for both, lends the signature of the one use to the other.
#[test]
fn one_secret_for_two_uses_makes_two_keys() {
    let log = SigningKey::new("example", Algorithm::Note, &[1; 32]).unwrap();
    let witness = SigningKey::new("example", Algorithm::Cosignature, &[1; 32]).unwrap();
    assert_ne!(log.public().id(), witness.public().id());
    assert_ne!(log.public(), witness.public());
    let signed = log.sign_note(b"text\n", 7);
    let cosigned = witness.sign_note(b"text\n", 7);
    assert_eq!(witness.public().time_of(cosigned.signature()), Some(7));
    assert!(!witness.public().verify(b"text\n", signed.signature()));
    assert!(!log.public().verify(b"text\n", cosigned.signature()));
    // Nor with the time cut off or put before it.
    assert!(!log.public().verify(b"text\n", &cosigned.signature()[8..]));
    let timed = [&7_u64.to_be_bytes(), signed.signature()].concat();
    assert!(!witness.public().verify(b"text\n", &timed));
    // The text of a cosignature is no checkpoint, so that a log never signs it. One that does, with
    // a secret that it shares with a witness, has cosigned; with a secret of its own it has not.
    let signed = log.sign_note(b"cosignature/v1\ntime 7\ntext\n", 0);
    let timed = [&7_u64.to_be_bytes(), signed.signature()].concat();
    assert!(witness.public().verify(b"text\n", &timed), "one secret");
    let other = SigningKey::new("example", Algorithm::Cosignature, &[2; 32]).unwrap();
    assert!(!other.public().verify(b"text\n", &timed));
}

// A key that was miscopied by one bit is taken for a key.
#[test]
fn every_bit_of_a_verifier_key_counts() {
    let cosigner = SigningKey::new("log.example/w", Algorithm::Cosignature, &[3; 32]).unwrap();
    for good in [PUBLIC.to_owned(), cosigner.public().to_string()] {
        for (bit, bad) in flipped(&good) {
            assert!(bad.parse::<VerifierKey>().is_err(), "bit {bit}: {bad}");
        }
    }
}

// The secret that was miscopied by one bit signs as somebody whom nobody knows.
#[test]
fn every_bit_of_a_signing_key_counts() {
    let cosigner = SigningKey::new("log.example/w", Algorithm::Cosignature, &[3; 32]).unwrap();
    for good in [SECRET.to_owned(), cosigner.to_secret_text()] {
        for (bit, bad) in flipped(&good) {
            assert!(bad.parse::<SigningKey>().is_err(), "bit {bit}: {bad}");
        }
    }
}

// A text that is nearly a key is read as one.
#[test]
fn what_has_not_the_form_of_a_key_is_refused() {
    let upper = PUBLIC.replace("c74f20a3", "C74F20A3");
    let padded = format!("{PUBLIC}=");
    let urlsafe = PUBLIC.replace('/', "_");
    let one_more = encoded("PeterNeumann", &[1; 34]);
    let one_less = encoded("PeterNeumann", &[1; 32]);
    let nothing = encoded("PeterNeumann", &[]);
    let long_id = PUBLIC.replace("+c7", "+0c7");
    let signed_id = PUBLIC.replace("+c74f20a3", "++74f20a3");
    let newline = format!("{PUBLIC}\n");
    let space = format!(" {PUBLIC}");
    let forms = [
        "",
        "+",
        "++",
        "a",
        "a+b",
        "a++",
        &upper,
        &padded,
        &urlsafe,
        &one_more,
        &one_less,
        &nothing,
        &long_id,
        &signed_id,
        &newline,
        &space,
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a3+",
        SECRET,
    ];
    for form in forms {
        let error = form.parse::<VerifierKey>().unwrap_err();
        let expected = if form == space { "name" } else { "form" };
        let found = match error {
            KeyError::Form(_) => "form",
            KeyError::Name(_) => "name",
            _ => "other",
        };
        assert_eq!(found, expected, "{form:?}");
    }
    let lower = SECRET.replace("PRIVATE", "private");
    for form in ["", "PRIVATE+KEY+", "PRIVATE+KEY", PUBLIC, &lower, &format!("{SECRET}\n")] {
        let error = form.parse::<SigningKey>().unwrap_err();
        assert!(matches!(error, KeyError::Form(_)), "{form:?}: {error}");
    }
}

// A log is known by a name that breaks the line it stands in, or hides another name.
#[test]
fn a_name_that_no_line_can_hold_is_refused() {
    let material = [&[1_u8][..], &bytes(SMALL_ORDER[0])].concat();
    for name in NO_NAMES {
        let error = SigningKey::new(name, Algorithm::Note, &[1; 32]).unwrap_err();
        assert_eq!(error, KeyError::Name(name.to_owned()));
        assert!(encoded(name, &material).parse::<VerifierKey>().is_err(), "{name:?}");
    }
    assert!(SigningKey::new("a+b", Algorithm::Note, &[1; 32]).is_err());
    let secret = SECRET.replace("PeterNeumann", "Peter Neumann");
    assert_eq!(
        secret.parse::<SigningKey>().unwrap_err(),
        KeyError::Name("Peter Neumann".to_owned())
    );
}

// A key of another kind is used as if it were Ed25519, or the message says that it is none.
#[test]
fn an_algorithm_that_is_not_known_is_named() {
    let public: VerifierKey = PUBLIC.parse().unwrap();
    let key = BASE64_STANDARD.decode(public.to_string().rsplit_once('+').unwrap().1).unwrap();
    for algorithm in (0..=u8::MAX).filter(|it| ![0x01, 0x04].contains(it)) {
        // Whatever its bytes are: of another algorithm they are no point, and not 32.
        for key in [&key[1..], &[2; 32], &[0; 32], &[7; 1312], &[]] {
            let text = encoded("example", &[&[algorithm], key].concat());
            let error = text.parse::<VerifierKey>().unwrap_err();
            assert_eq!(error, KeyError::Algorithm(algorithm), "{text}");
        }
        let text = encoded("example", &[&[algorithm], [7_u8; 32].as_slice()].concat());
        let error = format!("PRIVATE+KEY+{text}").parse::<SigningKey>().unwrap_err();
        assert_eq!(error, KeyError::Algorithm(algorithm), "{text}");
    }
}

// Somebody publishes a key under which everybody can sign.
#[test]
fn a_point_of_small_order_is_no_key() {
    for point in SMALL_ORDER {
        for algorithm in [0x01, 0x04] {
            let text = encoded("example", &[&[algorithm][..], &bytes(point)].concat());
            assert_eq!(text.parse::<VerifierKey>().unwrap_err(), KeyError::Point, "{point}");
        }
    }
}

// One key has two texts and so two ids: a y of 2^255−19 or more is not as RFC 8032 writes it.
#[test]
fn a_point_that_is_not_written_as_rfc_8032_says_is_no_key() {
    let mut points = 0;
    for (above, sign) in (0..19).flat_map(|above| [(above, 0x7f), (above, 0xff)]) {
        let mut point = [0xff; 32];
        (point[0], point[31]) = (0xed + above, sign);
        let compressed = ed25519_dalek::VerifyingKey::from_bytes(&point);
        points += u8::from(compressed.is_ok());
        let text = encoded("example", &[&[0x01], point.as_slice()].concat());
        assert_eq!(text.parse::<VerifierKey>().unwrap_err(), KeyError::Point, "{above} {sign:x}");
    }
    assert!(points > 4, "{points} of them decode, and more than those of small order");
    let text = encoded("example", &[&[0x01], [2_u8; 32].as_slice()].concat());
    assert_eq!(text.parse::<VerifierKey>().unwrap_err(), KeyError::Point, "no point at all");
}

// The id is a label that nobody compares.
#[test]
fn an_id_that_is_not_that_of_the_key_is_refused() {
    let wrong = PUBLIC.replace("c74f20a3", "c74f20a4");
    let error = wrong.parse::<VerifierKey>().unwrap_err();
    assert_eq!(error, KeyError::Id { found: 0xc74f_20a4, expected: 0xc74f_20a3 });
    assert_eq!(error.to_string(), "the key id is c74f20a4 where name and key have c74f20a3");
    let renamed = PUBLIC.replace("PeterNeumann", "Peter");
    assert!(matches!(renamed.parse::<VerifierKey>(), Err(KeyError::Id { .. })));
    // The same number as a note's key is another key as a cosigner's.
    let cosigner = PUBLIC.replace("+AR", "+BB");
    assert!(matches!(cosigner.parse::<VerifierKey>(), Err(KeyError::Id { .. })));
    let secret = SECRET.replace("c74f20a3", "c74f20a4");
    assert!(matches!(secret.parse::<SigningKey>(), Err(KeyError::Id { .. })));
}

// A log of errors or a crash report carries the secret away.
#[test]
fn a_secret_shows_in_no_message() {
    let secret: SigningKey = SECRET.parse().unwrap();
    let hidden = SECRET.rsplit_once("c74f20a3+").unwrap().1;
    assert!(secret.to_secret_text().contains(hidden));
    let seed = BASE64_STANDARD.decode(hidden).unwrap();
    let shown = format!("{secret:?} {secret:#?}");
    assert_eq!(shown, format!("SigningKey({PUBLIC}) SigningKey({PUBLIC})"));
    assert!(!shown.contains(&format!("{:?}", &seed[1..5])[1..13]));
    // A secret that is refused, and one that is given where a public key belongs.
    let mut errors: Vec<KeyError> = flipped(SECRET)
        .filter_map(|(_, text)| text.parse::<SigningKey>().err())
        .chain(flipped(SECRET).filter_map(|(_, text)| text.parse::<VerifierKey>().err()))
        .collect();
    errors.push(SECRET.parse::<VerifierKey>().unwrap_err());
    for error in errors {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(&hidden[4..20]) && !shown.contains(&hidden[24..]), "{shown}");
    }
}

// Bytes that are no signature are taken for one, or stop the program.
#[test]
fn a_signature_of_another_length_never_holds() {
    for algorithm in [Algorithm::Note, Algorithm::Cosignature] {
        let key = SigningKey::new("example", algorithm, &[1; 32]).unwrap();
        let good = key.sign_note(b"text\n", 7).signature().to_vec();
        assert!(key.public().verify(b"text\n", &good));
        for length in (0..200).filter(|length| *length != good.len()) {
            let bytes: Vec<u8> = good.iter().copied().cycle().take(length).collect();
            assert!(!key.public().verify(b"text\n", &bytes), "{length} bytes");
            assert_eq!(key.public().time_of(&bytes), None, "{length} bytes");
        }
    }
}

// A witness says when it looked, and somebody says another time in its name.
#[test]
fn every_bit_of_a_signature_counts() {
    for algorithm in [Algorithm::Note, Algorithm::Cosignature] {
        let key = SigningKey::new("example", algorithm, &[1; 32]).unwrap();
        let good = key.sign_note(b"text\n", u64::MAX).signature().to_vec();
        assert!(key.public().verify(b"text\n", &good));
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(!key.public().verify(b"text\n", &bad), "bit {bit}");
        }
    }
}

// Anybody makes a second signature out of a true one: s plus the order of the group is as good in
// the equation, and a feature of the library that any crate in the build can switch on takes it.
#[test]
fn a_scalar_that_is_not_reduced_is_refused() {
    let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let key = SigningKey::new("example", Algorithm::Note, &[1; 32]).unwrap();
    let mut signature = key.sign_note(b"text\n", 0).signature().to_vec();
    for times in 1..=14 {
        let mut carry = 0;
        for (digit, order) in signature[32..].iter_mut().zip(&order) {
            let sum = u16::from(*digit) + u16::from(*order) + carry;
            (*digit, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        assert_eq!(carry, 0, "it still fits into 32 bytes");
        assert!(!key.public().verify(b"text\n", &signature), "{times} times the order added");
    }
}

// The signature of one command is put beside another, in this ledger or in the next.
#[test]
fn the_signature_of_a_command_is_of_one_request_to_one_log() {
    let key = SigningKey::new("log.example", Algorithm::Note, &[1; 32]).unwrap();
    let other = SigningKey::new("log.example", Algorithm::Note, &[2; 32]).unwrap();
    let request = Hash::of(b"{}");
    let good = key.sign_command("log.example", request);
    assert!(key.public().has_signed("log.example", request, &good));
    assert!(!other.public().has_signed("log.example", request, &good));
    assert!(!key.public().has_signed("log.example/b", request, &good));
    assert!(!key.public().has_signed("log.example", Hash::of(b"{ }"), &good));
    for (bit, bad) in flipped(&good) {
        assert!(!key.public().has_signed("log.example", request, &bad), "bit {bit}");
    }
    for end in 0..good.len() {
        assert!(!key.public().has_signed("log.example", request, &good[..end]), "{end}");
    }
    // By hand, as it stands at the top of `note.rs`.
    let text = format!("piperoll command v1\nlog.example\n{request}\n");
    let signature = key.sign_note(text.as_bytes(), 0);
    let by_hand = [&key.public().id().to_be_bytes(), signature.signature()].concat();
    assert_eq!(good, BASE64_STANDARD.encode(by_hand));
}
