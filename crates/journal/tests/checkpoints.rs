//! Signed checkpoints: what is not exactly one is refused, and no signature counts for more, for
//! longer or for another than its key made it for.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::slice;

use base64::prelude::{BASE64_STANDARD, Engine};
use journal::checkpoint::{CheckpointError, log_id, parse_lines};
use journal::note::Algorithm;
use journal::tree::{TreeHash, leaf};
use journal::{Checkpoint, SignedCheckpoint, SigningKey, VerifierKey};
use signed_note::Signature;

const ORIGIN: &str = "log.example/ledger";
const TIME: u64 = 1_800_000_000;

fn log() -> SigningKey {
    SigningKey::new(ORIGIN, Algorithm::Note, &[1; 32]).unwrap()
}

fn witness(n: u8) -> SigningKey {
    SigningKey::new(&format!("w{n}.example"), Algorithm::Cosignature, &[100 + n; 32]).unwrap()
}

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size, root: leaf(&size.to_be_bytes()) }
}

/// A checkpoint signed by its log, and by two witnesses.
fn cosigned() -> SignedCheckpoint {
    let signed = checkpoint(1_204).sign(&log());
    let lines = [signed.cosign(&witness(1), TIME), signed.cosign(&witness(2), TIME + 1)];
    signed.with(&lines)
}

/// Any text, signed by anybody, as a note.
fn note(text: &str, lines: &[Signature]) -> Vec<u8> {
    let lines = lines.iter().flat_map(Signature::to_bytes);
    text.bytes().chain(*b"\n").chain(lines).collect()
}

fn signed_text(text: &str) -> Vec<u8> {
    note(text, &[log().sign_note(text.as_bytes(), 0)])
}

/// What the program does with a checkpoint that it is given: how many of two witnesses count.
fn judge(bytes: &[u8]) -> Result<usize, CheckpointError> {
    let signed = SignedCheckpoint::parse(bytes)?;
    assert_eq!(signed.to_bytes(), bytes, "what is taken is what was written");
    signed.check(log().public())?;
    let witnesses = [witness(1).public().clone(), witness(2).public().clone()];
    Ok(signed.cosigned_by(&witnesses)?.len())
}

fn is_malformed(bytes: &[u8]) -> bool {
    matches!(judge(bytes), Err(CheckpointError::Malformed(_)))
}

fn forged(key: &VerifierKey) -> CheckpointError {
    CheckpointError::Forged { name: key.name().to_owned(), id: key.id() }
}

fn unsigned(key: &VerifierKey) -> CheckpointError {
    CheckpointError::Unsigned { name: key.name().to_owned(), id: key.id() }
}

// The bytes are ones that no other tool reads.
#[test]
fn a_checkpoint_is_three_lines_an_empty_one_and_signatures() {
    let signed = checkpoint(1_204).sign(&log());
    let root = BASE64_STANDARD.encode(leaf(&1_204_u64.to_be_bytes()).0);
    let text = format!("log.example/ledger\n1204\n{root}\n");
    assert_eq!(signed.checkpoint().text(), text);
    let line = log().sign_note(text.as_bytes(), 0);
    let material = [&line.id().to_be_bytes(), line.signature()].concat();
    let line = format!("— log.example/ledger {}\n", BASE64_STANDARD.encode(material));
    assert_eq!(signed.to_bytes(), format!("{text}\n{line}").into_bytes());

    // The cosignature, by hand as C2SP writes it.
    let line = signed.cosign(&witness(1), TIME);
    let (time, signature) = line.signature().split_at(8);
    assert_eq!(time, TIME.to_be_bytes());
    let by_hand = SigningKey::new("w1.example", Algorithm::Note, &[101; 32]).unwrap();
    let message = format!("cosignature/v1\ntime 1800000000\n{text}");
    assert_eq!(by_hand.sign_note(message.as_bytes(), 0).signature(), signature);

    // `printf log.example/ledger | sha256sum`
    let id = "2350273c3a4d9c0394ec64043c6f4029fb2dfaea3036585487a0295dc27fd5b5";
    assert_eq!(log_id(ORIGIN), id);
}

// What was kept yesterday cannot be read today.
#[test]
fn what_is_written_is_read_back_to_the_byte() {
    for size in [0, 1, 9, 10, 1_204, (1 << 53) - 1] {
        let bytes = checkpoint(size).sign(&log()).to_bytes();
        let read = SignedCheckpoint::parse(&bytes).unwrap();
        assert_eq!(read.to_bytes(), bytes);
        assert_eq!(*read.checkpoint(), checkpoint(size));
        read.check(log().public()).unwrap();
    }
    assert_eq!(judge(&cosigned().to_bytes()), Ok(2));
    // The example in C2SP's text, of keys that nobody here has.
    let example = "example.com/behind-the-sofa\n20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5\
        /Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJs\
        X3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let read = SignedCheckpoint::parse(example.as_bytes()).unwrap();
    assert_eq!(read.to_bytes(), example.as_bytes());
    assert_eq!(read.checkpoint().size, 20_852_163);
    assert_eq!(read.lines()[1].signature()[..8], 1_679_315_147_u64.to_be_bytes());
}

// One bit of what a witness or a log signed is turned, and nobody notices.
#[test]
fn every_bit_is_refused_or_no_longer_counted() {
    let good = cosigned().to_bytes();
    let text = String::from_utf8(good.clone()).unwrap();
    // Where a cosignature says whose it is: its name, and its key id in 5 1/3 digits of base64.
    let labels: Vec<_> = ["w1.example ", "w2.example "]
        .into_iter()
        .map(|name| {
            let start = text.find(name).unwrap();
            start * 8..(start + name.len() + 6) * 8
        })
        .collect();
    let mut uncounted = 0;
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        match judge(&bad) {
            Err(_) => {}
            Ok(1) if labels.iter().any(|label| label.contains(&bit)) => uncounted += 1,
            Ok(count) => panic!("bit {bit} passes, with {count} cosignatures"),
        }
    }
    assert!(uncounted > 100, "{uncounted} bits of names and ids");
}

// A signed checkpoint says more than three lines, and others check less of it than was signed.
#[test]
fn extension_lines_are_refused_though_they_are_signed() {
    let text = checkpoint(7).text();
    assert_eq!(judge(&signed_text(&text)), Ok(0));
    for extension in ["extension\n", "a\nb\n", " \n", "\n", "\n\n", "— not a line\n"] {
        assert!(is_malformed(&signed_text(&format!("{text}{extension}"))), "{extension:?}");
        assert!(is_malformed(&signed_text(&format!("{extension}{text}"))), "{extension:?}");
    }
    // The whole checkpoint as the text of another note.
    let twice = String::from_utf8(signed_text(&text)).unwrap();
    assert!(is_malformed(&signed_text(&twice)));
}

// A size or a root that is written in two ways is taken for two checkpoints.
#[test]
fn what_the_log_signs_must_be_written_in_the_one_way() {
    let root = checkpoint(7).root.to_string();
    let text = |origin: &str, size: &str, root: &str| format!("{origin}\n{size}\n{root}\n");
    assert_eq!(judge(&signed_text(&text(ORIGIN, "7", &root))), Ok(0));
    let sizes = [
        "",
        "07",
        "+7",
        "-7",
        "-0",
        "00",
        " 7",
        "7 ",
        "7.0",
        "7e0",
        "0x7",
        "٧",
        "７",
        "7\t",
        "7\r",
        "9007199254740992",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
    ];
    for size in sizes {
        assert!(is_malformed(&signed_text(&text(ORIGIN, size, &root))), "{size:?}");
    }
    let bytes = checkpoint(7).root.0;
    let roots = [
        String::new(),
        root.replace('=', ""),
        format!("{root}="),
        format!("{root} "),
        format!(" {root}"),
        format!("{}=\n=", &root[..42]),
        BASE64_STANDARD.encode(&bytes[..31]),
        BASE64_STANDARD.encode([&bytes[..], &[0]].concat()),
        // The last digit of 32 bytes has two bits to spare.
        BASE64_STANDARD.encode([&[0_u8; 31][..], &[0]].concat()).replace("A=", "B="),
        BASE64_STANDARD.encode([0xff; 32]).replace('/', "_"),
    ];
    for root in roots {
        assert!(is_malformed(&signed_text(&text(ORIGIN, "7", &root))), "{root:?}");
    }
    let origins = ["", " ", "log example", "log+example", "https://log.example", "log\t", "log\r"];
    for origin in origins.into_iter().chain(["log\u{7f}", "log\u{85}", "log\u{2028}", "\u{a0}"]) {
        assert!(is_malformed(&signed_text(&text(origin, "7", &root))), "{origin:?}");
    }
}

// A file that was touched by a mailer or an editor is half of what was signed.
#[test]
fn what_is_around_the_lines_counts() {
    let good = String::from_utf8(cosigned().to_bytes()).unwrap();
    let bad = [
        String::new(),
        "\n".to_owned(),
        "\n\n".to_owned(),
        good.replace('\n', "\r\n"),
        good.replacen('\n', "\r\n", 1),
        good.replace("\n\n", "\n"),
        good.replace("\n\n", "\n\n\n"),
        good.replace('—', "-"),
        good.replace('—', "–"),
        good.replace("— ", "—"),
        good.replace("— ", "—  "),
        good.replace("— ", " — "),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        format!("{good} "),
        format!("{good}\0"),
        format!("{good}— w3.example\n"),
        format!("{good}— w3.example \n"),
        format!("{good}— w3.example AAAA\n"),
        format!("{good}— w3.example AAAAAA==\n"),
        format!("{good}— w3 example AAAAAAA=\n"),
        format!("{good}— w3+example AAAAAAA=\n"),
        format!("{good}— w3.example AAAAAAA=\u{1}\n"),
        format!("{good}{good}"),
        format!("{good}\n{good}"),
        format!("\u{feff}{good}"),
        format!("\n{good}"),
        good.split_inclusive("\n\n").next().unwrap().to_owned(),
    ];
    for bad in bad {
        assert!(judge(bad.as_bytes()).is_err(), "{bad:?}");
    }
    for byte in 0..=u8::MAX {
        let bad = [good.as_bytes(), &[byte]].concat();
        assert!(is_malformed(&bad), "{byte:#04x} after the end");
    }
    // Whatever it was cut to, it is refused, or a cosignature is missing.
    for end in 0..good.len() {
        match judge(&good.as_bytes()[..end]) {
            Err(_) => {}
            Ok(count) => {
                assert!(count < 2 && good[..end].ends_with("=\n"), "cut to {end} bytes");
            }
        }
    }
}

// The genuine checkpoint of one log is taken for another's.
#[test]
fn a_checkpoint_of_another_log_is_named_so() {
    let other = SigningKey::new("log.example/other", Algorithm::Note, &[1; 32]).unwrap();
    let text = checkpoint(7).text().replace(ORIGIN, "log.example/other");
    let (found, expected) = ("log.example/other".to_owned(), ORIGIN.to_owned());
    let error = CheckpointError::Origin { found, expected };
    assert_eq!(judge(&note(&text, &[other.sign_note(text.as_bytes(), 0)])), Err(error.clone()));
    // Even where our own key signed it.
    assert_eq!(judge(&signed_text(&text)), Err(error.clone()));
    assert_eq!(error.to_string(), "it is of log.example/other, not of log.example/ledger");
    // And ours, signed by a key of the other's name only.
    let text = checkpoint(7).text();
    let line = other.sign_note(text.as_bytes(), 0);
    assert_eq!(judge(&note(&text, &[line])), Err(unsigned(log().public())));
}

// A log that changed its key is refused, or its old key signs for ever what the new one should.
#[test]
fn of_two_keys_with_one_name_each_stands_for_itself() {
    let old = SigningKey::new(ORIGIN, Algorithm::Note, &[2; 32]).unwrap();
    let text = checkpoint(7).text();
    let both = [log().sign_note(text.as_bytes(), 0), old.sign_note(text.as_bytes(), 0)];
    assert_eq!(judge(&note(&text, &both)), Ok(0));
    SignedCheckpoint::parse(&note(&text, &both)).unwrap().check(old.public()).unwrap();
    assert_eq!(judge(&note(&text, &both[1..])), Err(unsigned(log().public())));
    // A line of the old key that does not hold is nothing to who knows only the new one.
    let stale = old.sign_note(checkpoint(6).text().as_bytes(), 0);
    let mixed = note(&text, &[both[0].clone(), stale]);
    assert_eq!(judge(&mixed), Ok(0));
    let mixed = SignedCheckpoint::parse(&mixed).unwrap();
    assert_eq!(mixed.check(old.public()), Err(forged(old.public())));
}

// A key id is four bytes: another key is soon found that has the same.
#[test]
fn a_line_of_the_same_id_and_another_name_is_passed_over() {
    let text = checkpoint(7).text();
    let line = log().sign_note(text.as_bytes(), 0);
    let collides = |name: &str, signature: &[u8]| {
        Signature::new(name.to_owned(), line.id(), signature.to_vec()).unwrap()
    };
    let named = collides("log.example/ledge", line.signature());
    assert_eq!(judge(&note(&text, slice::from_ref(&named))), Err(unsigned(log().public())));
    assert_eq!(judge(&note(&text, &[named.clone(), line.clone()])), Ok(0));
    assert_eq!(judge(&note(&text, &[line.clone(), collides("x", b"nothing")])), Ok(0));
    // With name and id alike it is said to be ours, and is not.
    let same = collides(ORIGIN, &[7; 64]);
    assert_eq!(judge(&note(&text, &[same])), Err(forged(log().public())));
}

// A forged line hides behind a true one of the same key, in whatever order they stand.
#[test]
fn every_line_of_a_known_key_must_hold() {
    let text = checkpoint(7).text();
    let signed = checkpoint(7).sign(&log());
    let good = log().sign_note(text.as_bytes(), 0);
    let stale = log().sign_note(checkpoint(6).text().as_bytes(), 0);
    assert_eq!(judge(&note(&text, &[good.clone(), good.clone()])), Ok(0));
    for lines in [[good.clone(), stale.clone()], [stale, good.clone()]] {
        assert_eq!(judge(&note(&text, &lines)), Err(forged(log().public())));
    }
    let cosigned = signed.cosign(&witness(1), TIME);
    let stale = checkpoint(6).sign(&log()).cosign(&witness(1), TIME);
    for lines in [[cosigned.clone(), stale.clone()], [stale, cosigned]] {
        let lines = [slice::from_ref(&good), lines.as_slice()].concat();
        assert_eq!(judge(&note(&text, &lines)), Err(forged(witness(1).public())));
    }
}

// One witness makes a quorum: by signing twice, or under a second name, which it does not sign.
#[test]
fn a_witness_counts_once() {
    let signed = checkpoint(7).sign(&log());
    let [first, second] = [TIME, TIME + 5].map(|time| signed.cosign(&witness(1), time));
    let text = signed.checkpoint().text();
    for lines in [[first.clone(), second.clone()], [second, first.clone()]] {
        let twice = note(&text, &[signed.lines(), &lines].concat());
        let twice = SignedCheckpoint::parse(&twice).unwrap();
        assert_eq!(judge(&twice.to_bytes()), Ok(1));
        let found = twice.cosigned_by(&[witness(1).public().clone()]).unwrap();
        assert_eq!(found[0].time, TIME + 5, "the latest of them");
    }
    let alias = SigningKey::new("alias.example", Algorithm::Cosignature, &[101; 32]).unwrap();
    let id = alias.public().id();
    let copied = Signature::new("alias.example".to_owned(), id, first.signature().to_vec());
    let both = signed.with(&[first, copied.unwrap()]);
    let keys = [witness(1).public().clone(), alias.public().clone()];
    assert_eq!(both.cosigned_by(&keys).unwrap().len(), 1, "one key under two names");
    let keys = [witness(1).public().clone(), witness(1).public().clone()];
    assert_eq!(both.cosigned_by(&keys).unwrap().len(), 1, "one key asked for twice");
    assert_eq!(both.cosigned_by(&[]).unwrap(), []);
}

// What a witness said of one tree, or at one time, is told as of another.
#[test]
fn a_cosignature_is_of_one_checkpoint_and_one_time() {
    let signed = checkpoint(7).sign(&log());
    let line = signed.cosign(&witness(1), TIME);
    assert_eq!(judge(&signed.with(slice::from_ref(&line)).to_bytes()), Ok(1));
    let forged = forged(witness(1).public());
    let other_root = Checkpoint { root: leaf(b"another"), ..checkpoint(7) };
    for other in [checkpoint(6), checkpoint(8), checkpoint(70), other_root] {
        let moved = other.sign(&log()).with(slice::from_ref(&line));
        assert_eq!(judge(&moved.to_bytes()), Err(forged.clone()));
    }
    for time in [0, TIME - 1, TIME + 1, u64::MAX] {
        let bytes = [&time.to_be_bytes(), &line.signature()[8..]].concat();
        let moved = Signature::new(line.name().to_owned(), line.id(), bytes).unwrap();
        assert_eq!(judge(&signed.with(&[moved]).to_bytes()), Err(forged.clone()), "{time}");
    }
    // Only of a witness that is asked about.
    let read = signed.with(&[line]);
    assert_eq!(read.cosigned_by(&[witness(2).public().clone()]).unwrap(), []);
}

// A witness passes for the log, or the log for its own witness.
#[test]
fn a_key_counts_only_for_what_it_signs() {
    let text = checkpoint(7).text();
    // A cosigner's key with the log's name, and a note's key among the witnesses.
    let cosigner = SigningKey::new(ORIGIN, Algorithm::Cosignature, &[1; 32]).unwrap();
    let cosigned = cosigner.sign_note(text.as_bytes(), TIME);
    let read = SignedCheckpoint::parse(&note(&text, &[cosigned])).unwrap();
    assert_eq!(read.check(cosigner.public()), Err(unsigned(cosigner.public())));
    assert_eq!(read.check(log().public()), Err(unsigned(log().public())));
    assert_eq!(read.cosigned_by(&[cosigner.public().clone()]).unwrap().len(), 1);

    let signed = checkpoint(7).sign(&log());
    assert_eq!(signed.cosigned_by(&[log().public().clone()]).unwrap(), []);
    // The log's signature with a time before it, as the line of a cosigner with the same secret.
    let line = log().sign_note(text.as_bytes(), 0);
    let bytes = [&TIME.to_be_bytes(), line.signature()].concat();
    let line = Signature::new(ORIGIN.to_owned(), cosigner.public().id(), bytes).unwrap();
    let read = signed.with(&[line]);
    read.check(log().public()).unwrap();
    let error = read.cosigned_by(&[cosigner.public().clone()]);
    assert_eq!(error, Err(forged(cosigner.public())));
}

// A note with signatures without end keeps whoever reads it busy; one with many is refused.
#[test]
fn a_hundred_signatures_are_read_and_no_more() {
    let signed = checkpoint(7).sign(&log());
    let lines: Vec<_> = (0..101).map(|n| signed.cosign(&witness(n), TIME)).collect();
    let keys: Vec<_> = (0..101).map(|n| witness(n).public().clone()).collect();
    let with = |count: usize| signed.with(&lines[..count - 1]).to_bytes();
    for count in [1, 16, 100] {
        let read = SignedCheckpoint::parse(&with(count)).unwrap();
        read.check(log().public()).unwrap();
        assert_eq!(read.cosigned_by(&keys).unwrap().len(), count - 1);
    }
    assert!(is_malformed(&with(101)));
    assert!(is_malformed(&with(102)));
    // Nor one line that is as long as a book.
    let long = format!("— w.example {}\n", "AAAA".repeat(20_000));
    assert!(is_malformed(&[signed.to_bytes(), long.into_bytes()].concat()));
    assert!(is_malformed(&vec![b'\n'; 1 << 20]));
}

// A witness is asked every hour, nothing is recorded meanwhile, and after some days the checkpoint
// has more lines than anybody reads.
#[test]
fn a_key_has_one_line_and_is_found_by_name_and_id() {
    let signed = cosigned();
    let again = signed.with(signed.lines()).with(signed.lines());
    assert_eq!(again.to_bytes(), signed.to_bytes());
    let hourly = (0..200).fold(signed.with(&[]), |signed, hour| {
        let line = signed.cosign(&witness(2), TIME + hour * 3_600);
        signed.with(slice::from_ref(&line))
    });
    assert_eq!(judge(&hourly.to_bytes()), Ok(2));
    assert_eq!(hourly.lines().len(), 3);
    let found = hourly.cosigned_by(&[witness(2).public().clone()]).unwrap();
    assert_eq!(found[0].time, TIME + 199 * 3_600, "the latest stands");
    let found = signed.lines_of(&[witness(2).public().clone(), witness(3).public().clone()]);
    assert_eq!(found, signed.lines()[2..]);
    let bytes: Vec<u8> = signed.lines().iter().flat_map(Signature::to_bytes).collect();
    assert_eq!(parse_lines(&bytes).unwrap(), signed.lines());
    for bad in [&b""[..], b"\n", &bytes[..bytes.len() - 1], &[&bytes[..], b"\n"].concat()] {
        assert!(parse_lines(bad).is_err());
    }
}

// Nobody is told what is wrong, or of whom.
#[test]
fn every_refusal_says_what_is_wrong() {
    let said = |bytes: &[u8]| judge(bytes).unwrap_err().to_string();
    let text = checkpoint(7).text();
    let root = TreeHash([0; 32]);
    let id = log().public().id();
    let stale = note(&text, &[log().sign_note(b"another\n", 0)]);
    let extended = signed_text(&format!("{text}more\n"));
    let scheme = signed_text(&format!("http://log.example\n7\n{root}\n"));
    let large = signed_text(&format!("{ORIGIN}\n9007199254740992\n{root}\n"));
    let of_witness = note(&text, &[witness(1).sign_note(text.as_bytes(), TIME)]);
    for (bytes, message) in [
        (b"".to_vec(), "not a checkpoint: it is not a signed note".to_owned()),
        (vec![b'a'; 1 << 17], "not a checkpoint: it is too long".to_owned()),
        (signed_text("a\n"), "not a checkpoint: it has no origin, size and root".to_owned()),
        (extended, "not a checkpoint: it has more than origin, size and root".to_owned()),
        (scheme, "not a checkpoint: its origin is not the name of a log".to_owned()),
        (large, "not a checkpoint: its size is more than any log has".to_owned()),
        (of_witness, format!("it is not signed by log.example/ledger+{id:08x}")),
        (stale, format!("the signature of log.example/ledger+{id:08x} does not hold")),
    ] {
        assert_eq!(said(&bytes), message);
    }
}
