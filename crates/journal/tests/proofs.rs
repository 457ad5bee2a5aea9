//! Proofs as files: what was written is read, and what was changed by a bit or a line is refused.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use base64::prelude::{BASE64_STANDARD, Engine};
use journal::note::Algorithm;
use journal::tree::{Growing, Hashes, TreeHash, leaf};
use journal::{
    Checkpoint, ConsistencyProof, InclusionProof, SignedCheckpoint, SigningKey, VerifierKey,
};
use tlog_tiles::tlog::{self, HashReader};

const ORIGIN: &str = "log.example/ledger";

/// How many records the log has, and had when the older checkpoint was made.
const SIZE: u64 = 11;
const OLD: u64 = 6;

/// The tree of the log, in memory.
struct Kept(Vec<TreeHash>);

impl HashReader for Kept {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<TreeHash>, tlog::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

impl Hashes for Kept {
    fn size(&self) -> u64 {
        SIZE
    }
}

fn kept() -> Kept {
    let mut growing = Growing::default();
    Kept((0..SIZE).flat_map(|index| growing.push(leaf(&line(index)))).collect())
}

fn line(index: u64) -> Vec<u8> {
    format!("{{\"position\":{index}}}").into_bytes()
}

fn log() -> SigningKey {
    SigningKey::new(ORIGIN, Algorithm::Note, &[1; 32]).unwrap()
}

fn witness(n: u8) -> SigningKey {
    SigningKey::new(&format!("w{n}.example"), Algorithm::Cosignature, &[100 + n; 32]).unwrap()
}

fn witnesses() -> [VerifierKey; 2] {
    [1, 2].map(|n| witness(n).public().clone())
}

/// The checkpoint of the first records, signed by the log and cosigned by two witnesses.
fn checkpoint(size: u64) -> SignedCheckpoint {
    let root = kept().root(size).unwrap();
    let signed = Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&log());
    let lines = [1, 2].map(|n| signed.cosign(&witness(n), 1_800_000_000 + size));
    signed.with(&lines)
}

fn inclusion(index: u64) -> InclusionProof {
    let hashes = kept().inclusion(index, SIZE).unwrap();
    InclusionProof { extra: Some(line(index)), index, hashes, checkpoint: checkpoint(SIZE) }
}

fn consistency(old: u64) -> ConsistencyProof {
    let hashes = kept().consistency(old, SIZE).unwrap();
    ConsistencyProof { old, hashes, checkpoint: checkpoint(SIZE) }
}

/// What whoever is given a `.tlog-proof` does with it: the record is the one that it brings, and
/// how many of two witnesses count.
fn judge_inclusion(bytes: &[u8]) -> Result<usize, String> {
    let proof = InclusionProof::parse(bytes).map_err(|e| e.to_string())?;
    assert_eq!(proof.to_bytes(), bytes, "what is taken is what was written");
    proof.checkpoint.check(log().public()).map_err(|e| e.to_string())?;
    let cosigned = proof.checkpoint.cosigned_by(&witnesses()).map_err(|e| e.to_string())?;
    let line = proof.extra.as_deref().ok_or("it brings no record")?;
    proof.check(line).map_err(|e| e.to_string())?;
    Ok(cosigned.len())
}

/// What whoever has the older checkpoint does with a `.consistency`.
fn judge_consistency(bytes: &[u8]) -> Result<usize, String> {
    let proof = ConsistencyProof::parse(bytes).map_err(|e| e.to_string())?;
    assert_eq!(proof.to_bytes(), bytes, "what is taken is what was written");
    proof.checkpoint.check(log().public()).map_err(|e| e.to_string())?;
    let cosigned = proof.checkpoint.cosigned_by(&witnesses()).map_err(|e| e.to_string())?;
    proof.check(kept().root(OLD).unwrap()).map_err(|e| e.to_string())?;
    Ok(cosigned.len())
}

type Judge = fn(&[u8]) -> Result<usize, String>;

/// Both files, and who judges them.
fn files() -> [(Vec<u8>, Judge); 2] {
    [
        (inclusion(5).to_bytes(), judge_inclusion as Judge),
        (consistency(OLD).to_bytes(), judge_consistency as Judge),
    ]
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

// The bytes are ones that no other tool reads.
#[test]
fn the_files_are_laid_out_as_c2sp_says() {
    let list = |hashes: &[TreeHash]| {
        let line = |hash: &TreeHash| format!("{}\n", BASE64_STANDARD.encode(hash.0));
        hashes.iter().map(line).collect::<String>()
    };
    let proof = inclusion(5);
    let signed = text(&checkpoint(SIZE).to_bytes());
    let extra = BASE64_STANDARD.encode(line(5));
    let hashes = list(&proof.hashes);
    assert_eq!(proof.hashes.len(), 4);
    assert_eq!(proof.hashes[0], leaf(&line(4)), "the sibling of the leaf comes first");
    let expected = format!("c2sp.org/tlog-proof@v1\nextra {extra}\nindex 5\n{hashes}\n{signed}");
    assert_eq!(text(&proof.to_bytes()), expected);

    let bare = InclusionProof { extra: None, ..inclusion(5) };
    let expected = format!("c2sp.org/tlog-proof@v1\nindex 5\n{hashes}\n{signed}");
    assert_eq!(text(&bare.to_bytes()), expected);

    let proof = consistency(OLD);
    let hashes = list(&proof.hashes);
    assert_eq!(text(&proof.to_bytes()), format!("old 6\n{hashes}\n{signed}"));
}

// A proof that was stored cannot be read, or says less than it did.
#[test]
fn every_proof_is_read_back_and_holds() {
    for index in 0..SIZE {
        let bytes = inclusion(index).to_bytes();
        assert_eq!(judge_inclusion(&bytes), Ok(2), "{index}");
        let read = InclusionProof::parse(&bytes).unwrap();
        assert_eq!((read.index, read.extra), (index, Some(line(index))));
        assert_eq!(read.hashes, inclusion(index).hashes);
    }
    for old in 1..=SIZE {
        let bytes = consistency(old).to_bytes();
        let read = ConsistencyProof::parse(&bytes).unwrap();
        assert_eq!(read.to_bytes(), bytes, "{old}");
        assert_eq!((read.old, &read.hashes), (old, &consistency(old).hashes));
        assert_eq!(read.check(kept().root(old).unwrap()), Ok(()), "{old}");
    }
    // Without hashes: the only record, the same checkpoint again, and what a witness is sent first.
    let hashes = Vec::new();
    let only = InclusionProof { extra: None, index: 0, hashes, checkpoint: checkpoint(1) };
    let read = InclusionProof::parse(&only.to_bytes()).unwrap();
    assert_eq!((read.extra.clone(), read.to_bytes()), (None, only.to_bytes()));
    assert!(read.check(&line(0)).is_ok() && read.check(&line(1)).is_err());
    let first = ConsistencyProof::parse(&consistency(0).to_bytes()).unwrap();
    assert_eq!((first.old, first.hashes.len()), (0, 0));
    // Of nothing, nothing is proved; whoever takes it for the beginning does so knowingly.
    assert!(first.check(kept().root(0).unwrap()).is_err());
}

// What is opaque is changed by being read: an empty record, any byte, the longest line.
#[test]
fn what_it_brings_comes_back_to_the_byte() {
    let longest = vec![b'x'; 65_535];
    for extra in [Vec::new(), vec![0], (0..=u8::MAX).collect(), b"\n\n".to_vec(), longest] {
        let proof = InclusionProof { extra: Some(extra.clone()), ..inclusion(5) };
        let read = InclusionProof::parse(&proof.to_bytes()).unwrap();
        assert_eq!(read.extra, Some(extra));
        assert_eq!(read.to_bytes(), proof.to_bytes());
    }
}

// One bit of a proof is turned, and it still proves something.
#[test]
fn every_bit_is_refused_or_no_longer_counted() {
    for (good, judge) in files() {
        assert_eq!(judge(&good), Ok(2));
        let all = text(&good);
        // Where a cosignature says whose it is: its name, and its key id in 5 1/3 digits of base64.
        let label = |name: &str| {
            let start = all.find(name).unwrap();
            start * 8..(start + name.len() + 6) * 8
        };
        let labels = [label("w1.example "), label("w2.example ")];
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            match judge(&bad) {
                Err(_) => {}
                Ok(1) if labels.iter().any(|label| label.contains(&bit)) => {}
                Ok(count) => panic!("bit {bit} passes, with {count} cosignatures"),
            }
        }
    }
}

// A line is lost, repeated, moved or put in on the way, and nobody notices.
#[test]
fn every_line_has_its_place() {
    for (good, judge) in files() {
        let good = text(&good);
        let lines: Vec<&str> = good.split_inclusive('\n').collect();
        // The log's line, and those of two witnesses: their order means nothing.
        let log = lines.len() - 3;
        let judged = |lines: &[&str]| judge(lines.concat().as_bytes());
        for at in 0..lines.len() {
            let mut dropped = lines.clone();
            dropped.remove(at);
            assert_eq!(judged(&dropped).ok(), (at > log).then_some(1), "dropped {at}");

            let mut doubled = lines.clone();
            doubled.insert(at, lines[at]);
            assert_eq!(judged(&doubled).ok(), (at >= log).then_some(2), "doubled {at}");

            for with in (at + 1..lines.len()).filter(|with| lines[*with] != lines[at]) {
                let mut swapped = lines.clone();
                swapped.swap(at, with);
                assert_eq!(judged(&swapped).ok(), (at >= log).then_some(2), "{at} for {with}");
            }
            let strays = ["\n", "x\n", "extra \n", "index 5\n", "old 6\n", lines[3], lines[0]];
            for stray in strays.into_iter().chain(["— w3.example\n", "-- \n", " \n"]) {
                let mut added = lines.clone();
                added.insert(at, stray);
                assert!(judged(&added).is_err(), "{stray:?} before {at}");
            }
        }
    }
}

// A file that was cut short, or that goes on, or that a mailer touched, is taken for whole.
#[test]
fn the_file_begins_and_ends_where_it_says() {
    for (good, judge) in files() {
        for end in 0..good.len() {
            match judge(&good[..end]) {
                Err(_) => {}
                Ok(count) => assert!(count < 2 && good[..end].ends_with(b"=\n"), "cut to {end}"),
            }
        }
        for byte in 0..=u8::MAX {
            assert!(judge(&[good.as_slice(), &[byte]].concat()).is_err(), "{byte:#04x} at the end");
            assert!(judge(&[&[byte], good.as_slice()].concat()).is_err(), "{byte:#04x} before it");
        }
        assert!(judge(&good.repeat(2)).is_err());
        let bom = "\u{feff}".as_bytes();
        assert!(judge(&[bom, good.as_slice()].concat()).is_err());
        let good = text(&good);
        assert!(judge(good.replace('\n', "\r\n").as_bytes()).is_err());
        assert!(judge(good.replace('\n', "\r").as_bytes()).is_err());
        for (at, _) in good.match_indices('\n') {
            for end in ["\r\n", " \n", "\t\n", "\0\n", "\u{85}\n", "\u{2028}", "\n\r"] {
                let bad = format!("{}{end}{}", &good[..at], &good[at + 1..]);
                assert!(judge(bad.as_bytes()).is_err(), "{end:?} at {at}");
            }
        }
    }
}

// A proof with a hash too many or too few, or of another place, is completed by guessing.
#[test]
fn a_proof_of_something_else_does_not_hold() {
    let refused = |proof: InclusionProof| {
        assert_eq!(judge_inclusion(&proof.to_bytes()), Err("the proof does not hold".to_owned()));
    };
    for index in (0..SIZE).filter(|index| *index != 5) {
        refused(InclusionProof { index, ..inclusion(5) });
        refused(InclusionProof { hashes: inclusion(index).hashes, ..inclusion(5) });
        refused(InclusionProof { extra: Some(line(index)), ..inclusion(5) });
    }
    for size in (1..SIZE).filter(|size| *size != SIZE) {
        refused(InclusionProof { checkpoint: checkpoint(size), ..inclusion(5) });
    }
    for index in [SIZE, SIZE + 5, (1 << 53) - 1] {
        refused(InclusionProof { index, ..inclusion(5) });
    }
    let refused = |proof: ConsistencyProof| {
        let verdict = judge_consistency(&proof.to_bytes());
        assert_eq!(verdict, Err("the proof does not hold".to_owned()));
    };
    for old in (0..=SIZE + 2).filter(|old| *old != OLD) {
        refused(ConsistencyProof { old, ..consistency(OLD) });
        if old <= SIZE {
            refused(ConsistencyProof { hashes: consistency(old).hashes, ..consistency(OLD) });
            refused(consistency(old));
        }
    }
    for size in 1..SIZE {
        refused(ConsistencyProof { checkpoint: checkpoint(size), ..consistency(OLD) });
    }
    for at in 0..=4 {
        let mut longer = inclusion(5);
        longer.hashes.insert(at, leaf(b"stray"));
        assert!(judge_inclusion(&longer.to_bytes()).is_err());
        let mut longer = consistency(OLD);
        longer.hashes.insert(at.min(3), leaf(b"stray"));
        assert!(judge_consistency(&longer.to_bytes()).is_err());
    }
}

// The genuine proof of another log, or one that nobody signed, counts for ours.
#[test]
fn the_checkpoint_in_it_must_be_the_logs() {
    let other = SigningKey::new("log.example/other", Algorithm::Note, &[1; 32]).unwrap();
    let root = kept().root(SIZE).unwrap();
    let moved = Checkpoint { origin: "log.example/other".to_owned(), size: SIZE, root };
    let proof = InclusionProof { checkpoint: moved.sign(&other), ..inclusion(5) };
    let error = "it is of log.example/other, not of log.example/ledger";
    assert_eq!(judge_inclusion(&proof.to_bytes()), Err(error.to_owned()));

    let stranger = SigningKey::new(ORIGIN, Algorithm::Note, &[9; 32]).unwrap();
    let forged = Checkpoint { origin: ORIGIN.to_owned(), size: SIZE, root }.sign(&stranger);
    let proof = ConsistencyProof { checkpoint: forged, ..consistency(OLD) };
    let id = log().public().id();
    let error = format!("it is not signed by log.example/ledger+{id:08x}");
    assert_eq!(judge_consistency(&proof.to_bytes()), Err(error));
}

/// What a reader says of a file in which one text stands for another.
fn edited(from: &str, to: &str) -> [Result<usize, String>; 2] {
    files().map(|(good, judge)| judge(text(&good).replacen(from, to, 1).as_bytes()))
}

// A number or a hash that is written in two ways makes two files of one proof.
#[test]
fn numbers_and_hashes_are_written_in_one_way() {
    let numbers = [
        "",
        "05",
        "+5",
        "-5",
        "-0",
        "00",
        " 5",
        "5 ",
        "5.0",
        "5e0",
        "0x5",
        "٥",
        "５",
        "five",
        "5\t",
        "9007199254740992",
        "9223372036854775808",
        "18446744073709551616",
        "99999999999999999999",
    ];
    for number in numbers {
        let [inclusion, _] = edited("index 5\n", &format!("index {number}\n"));
        let error = "line 3: `index` with a position belongs here";
        assert_eq!(inclusion, Err(error.to_owned()), "{number}");
        let [_, consistency] = edited("old 6\n", &format!("old {number}\n"));
        let error = "line 1: `old` with a size belongs here";
        assert_eq!(consistency, Err(error.to_owned()), "{number}");
    }
    // The largest that is a number is read, and is not in the tree.
    let largest = "9007199254740991";
    let does_not = Err("the proof does not hold".to_owned());
    assert_eq!(edited("index 5\n", &format!("index {largest}\n"))[0], does_not);
    assert_eq!(edited("old 6\n", &format!("old {largest}\n"))[1], does_not);

    let hash = inclusion(5).hashes[1];
    let written = hash.to_string();
    let hashes = [
        written.replace('=', ""),
        format!("{written}="),
        format!("{written} "),
        format!(" {written}"),
        written.to_lowercase(),
        BASE64_STANDARD.encode(&hash.0[..31]),
        BASE64_STANDARD.encode([&hash.0[..], &[0]].concat()),
        BASE64_STANDARD.encode([&hash.0[..], &hash.0[..]].concat()),
        hash.0.iter().map(|byte| format!("{byte:02x}")).collect(),
        "#".to_owned(),
    ];
    for bad in hashes {
        let [inclusion, _] = edited(&written, &bad);
        let error = inclusion.unwrap_err();
        let form = "line 5: it is not a hash in base64";
        assert!(error == form || bad == written.to_lowercase(), "{bad:?}: {error}");
    }
    let extra = BASE64_STANDARD.encode(line(5));
    for bad in [format!("{extra}="), extra.replace('=', ""), format!(" {extra}"), "%".to_owned()] {
        let [inclusion, _] = edited(&format!("extra {extra}\n"), &format!("extra {bad}\n"));
        let error = "line 2: `extra` is not followed by base64";
        assert_eq!(inclusion, Err(error.to_owned()), "{bad:?}");
    }
}

// A file with hashes or a line without end fills the memory of whoever looks at it.
#[test]
fn what_no_proof_can_have_is_refused_early() {
    let stray = leaf(b"stray");
    let many = |count| InclusionProof { hashes: vec![stray; count], ..inclusion(5) }.to_bytes();
    assert_eq!(InclusionProof::parse(&many(63)).unwrap().hashes.len(), 63);
    let too_many = "line 67: a proof has at most 63 hashes";
    assert_eq!(InclusionProof::parse(&many(64)).unwrap_err().to_string(), too_many);
    assert_eq!(InclusionProof::parse(&many(9_999)).unwrap_err().to_string(), too_many);
    let many = |count| ConsistencyProof { hashes: vec![stray; count], ..consistency(OLD) };
    assert_eq!(ConsistencyProof::parse(&many(63).to_bytes()).unwrap().hashes.len(), 63);
    let too_many = "line 65: a proof has at most 63 hashes";
    assert_eq!(ConsistencyProof::parse(&many(64).to_bytes()).unwrap_err().to_string(), too_many);

    let end = |line| format!("line {line}: it does not end, or is too long");
    let huge = vec![b'a'; 1 << 24];
    assert_eq!(InclusionProof::parse(&huge).unwrap_err().to_string(), end(1));
    assert_eq!(ConsistencyProof::parse(&huge).unwrap_err().to_string(), end(1));
    let header = b"c2sp.org/tlog-proof@v1\n";
    let huge = [header.as_slice(), b"extra ", &huge, b"\n"].concat();
    assert_eq!(InclusionProof::parse(&huge).unwrap_err().to_string(), end(2));
    // The longest line that is read ends at its 100,000th byte.
    let at = |length| [header.as_slice(), &vec![b'a'; length], b"\n"].concat();
    let other = "line 2: `index` with a position belongs here";
    assert_eq!(InclusionProof::parse(&at(99_999)).unwrap_err().to_string(), other);
    assert_eq!(InclusionProof::parse(&at(100_000)).unwrap_err().to_string(), end(2));
}

// Nobody is told where a file is wrong.
#[test]
fn every_refusal_names_its_line() {
    let said = |bytes: &[u8]| InclusionProof::parse(bytes).unwrap_err().to_string();
    assert_eq!(said(b""), "line 1: it does not end, or is too long");
    assert_eq!(said(b"x\n"), "line 1: it does not begin with `c2sp.org/tlog-proof@v1`");
    assert_eq!(said(b"c2sp.org/tlog-proof@v2\n"), said(b"x\n"));
    assert_eq!(said(b"\xff\n"), "line 1: it is not text");
    assert_eq!(said(b"c2sp.org/tlog-proof@v1\nindex 0\n\xff\n"), "line 3: it is not text");
    let bare = b"c2sp.org/tlog-proof@v1\nindex 0\n\n";
    assert_eq!(said(bare), "not a checkpoint: it is not a signed note");
    let said = |bytes: &[u8]| ConsistencyProof::parse(bytes).unwrap_err().to_string();
    assert_eq!(said(b""), "line 1: it does not end, or is too long");
    assert_eq!(said(b"old 0"), "line 1: it does not end, or is too long");
    assert_eq!(said(b"new 0\n"), "line 1: `old` with a size belongs here");
    assert_eq!(said(b"old 0\n"), "line 2: it does not end, or is too long");
    assert_eq!(said(b"old 0\n\n"), "not a checkpoint: it is not a signed note");
    // The one file where the other belongs.
    let [(inclusion, _), (consistency, _)] = files();
    assert_eq!(said(&inclusion), "line 1: `old` with a size belongs here");
    assert!(InclusionProof::parse(&consistency).is_err());
}
