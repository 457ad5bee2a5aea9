//! The fear: a witness cosigns two histories of one log, forgets what it has cosigned, or can be
//! made to say so.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests fail by panicking; names say it")]

mod log;
mod races;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, slice};

use journal::checkpoint::{log_id, parse_lines};
use journal::note::Algorithm;
use journal::witness::{Answer, Error, MAX_REQUEST, UnfitKey, Witness};
use journal::{Checkpoint, Hashes, SignedCheckpoint, SigningKey};
use tempfile::TempDir;

use crate::log::{Log, NOW, ORIGIN, OTHER, ask, held, status, witness, witness_key};

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status, std::str::from_utf8(&answer.body).unwrap())
}

/// The files of a log's place by their names.
fn files(dir: &Path, origin: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir.join(log_id(origin))).into_iter().flatten();
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
        })
        .collect()
}

fn stored(dir: &Path) -> PathBuf {
    dir.join(log_id(ORIGIN)).join("checkpoint")
}

/// The fear: what is cosigned is not what was asked, or not what is kept for monitors.
#[test]
fn an_honest_log_is_cosigned_at_every_step() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, "true", 40);
    let witness = witness(dir.path(), &[&log]);
    let mut old = 0;
    for size in [1, 2, 3, 3, 8, 13, 13, 40] {
        let answer = ask(&witness, &log.request(old, size));
        assert_eq!((answer.status, answer.content_type), (200, "text/plain; charset=utf-8"));
        assert_eq!(answer.about, Some(log.checkpoint(size).checkpoint().clone()));
        assert_eq!(answer.doubt, None);
        let signed = log.checkpoint(size).with(&parse_lines(&answer.body).unwrap());
        let cosigned = signed.cosigned_by(slice::from_ref(witness.key())).unwrap();
        assert_eq!(cosigned.len(), 1);
        assert_eq!(cosigned[0].time, NOW.get());
        // A monitor gets the same cosignature with the log's own signature.
        let monitored = witness.checkpoint(&log_id(ORIGIN)).unwrap();
        assert_eq!((monitored.status, &monitored.body), (200, &signed.to_bytes()));
        old = size;
    }
}

/// The fear: a log is turned away at its beginning, or an invented empty tree is cosigned.
#[test]
fn a_log_may_begin_empty() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, "true", 5);
    let witness = witness(dir.path(), &[&log]);
    let wrong = Checkpoint { origin: ORIGIN.to_owned(), size: 0, root: log.root(1).unwrap() };
    let wrong = Log::request_with(0, vec![], wrong.sign(&log.key));
    assert_eq!(status(&witness, &wrong), 422);
    assert_eq!(held(&witness, ORIGIN), None);
    assert_eq!(status(&witness, &log.request(0, 0)), 200);
    assert_eq!(status(&witness, &log.request(0, 0)), 200);
    assert_eq!(status(&witness, &wrong), 422);
    assert_eq!(status(&witness, &log.request(0, 5)), 200);
    assert_eq!(told(&ask(&witness, &log.request(0, 0))), (409, "5\n"));
    assert_eq!(told(&ask(&witness, &wrong)), (409, "5\n"));
    assert_eq!(held(&witness, ORIGIN), Some((5, log.root(5).unwrap())));
}

/// The fear: a status is not the one that the specification gives, or one that is refused changes
/// what is kept.
#[test]
fn every_refusal_has_its_status_and_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, "true", 20);
    let unknown = Log::new(OTHER, "true", 20);
    let witness = witness(dir.path(), &[&log]);
    assert_eq!(status(&witness, &log.request(0, 7)), 200);
    let before = files(dir.path(), ORIGIN);

    let proof = log.consistency(7, 13).unwrap();
    let doubled = log.checkpoint(13).with(log.checkpoint(12).lines());
    let forged = SigningKey::new(ORIGIN, Algorithm::Note, &[8; 32]).unwrap();
    let by_other = log.checkpoint(13).checkpoint().clone().sign(&forged);
    let not_a_log = SigningKey::new(ORIGIN, Algorithm::Cosignature, &[7; 32]).unwrap();
    let as_cosigner = log.checkpoint(13).checkpoint().clone().sign(&not_a_log);
    let extended = String::from_utf8(log.request(7, 13)).unwrap();
    let extended = extended.replacen("\n\n\u{2014}", "\nextension\n\n\u{2014}", 1);
    let shorter = |by: usize| log.request(7, 13)[..log.request(7, 13).len() - by].to_vec();
    let mut long = log.request(7, 13);
    long.resize(MAX_REQUEST + 1, b'x');
    let mut swapped = proof.clone();
    swapped.swap(0, 1);
    let longer = [&proof[..], &proof[..1]].concat();
    let cases: Vec<(&str, u16, Vec<u8>)> = vec![
        ("nothing", 400, vec![]),
        ("garbage", 400, vec![0xff; 2000]),
        ("no newline at the end", 400, shorter(1)),
        ("no signature", 400, shorter(9999.min(shorter(0).len() / 2))),
        ("an extension line", 400, extended.into_bytes()),
        ("a leading zero", 400, [b"old 07", &log.request(7, 13)[5..]].concat()),
        ("64 hashes", 400, Log::request_with(7, vec![proof[0]; 64], log.checkpoint(13))),
        ("an old size beyond the new one", 400, Log::request_with(14, vec![], log.checkpoint(13))),
        ("too long", 413, long),
        ("another log", 404, unknown.request(0, 8)),
        ("another log, at a wrong size", 404, unknown.request(3, 8)),
        ("another key's", 403, Log::request_with(7, proof.clone(), by_other)),
        ("a cosigner's", 403, Log::request_with(7, proof.clone(), as_cosigner)),
        ("a second line under the log's name", 403, Log::request_with(7, proof.clone(), doubled)),
        ("from nothing", 409, log.request(0, 13)),
        ("from before", 409, log.request(3, 13)),
        ("from later", 409, log.request(9, 13)),
        ("an older tree", 409, log.request(3, 5)),
        ("a proof for another size", 422, Log::request_with(7, proof, log.checkpoint(14))),
        ("no proof", 422, Log::request_with(7, vec![], log.checkpoint(13))),
        ("a proof out of order", 422, Log::request_with(7, swapped, log.checkpoint(13))),
        ("a hash too many", 422, Log::request_with(7, longer, log.checkpoint(13))),
        (
            "a proof of nothing new",
            422,
            Log::request_with(7, vec![log.hashes[0]], log.checkpoint(7)),
        ),
    ];
    for (name, status, request) in cases {
        let answer = ask(&witness, &request);
        assert_eq!(answer.status, status, "{name}: {}", String::from_utf8_lossy(&answer.body));
        let (content_type, body) = match status {
            409 => ("text/x.tlog.size", Some("7\n")),
            _ => ("text/plain; charset=utf-8", None),
        };
        assert_eq!(answer.content_type, content_type, "{name}");
        assert!(body.is_none_or(|body| answer.body == body.as_bytes()), "{name}");
        let names = |files: &BTreeMap<String, Vec<u8>>| files["checkpoint"].clone();
        assert_eq!(names(&files(dir.path(), ORIGIN)), names(&before), "{name}");
    }
    assert_eq!(files(dir.path(), OTHER), BTreeMap::new(), "nothing is made for another log");
    assert_eq!(status(&witness, &log.request(7, 20)), 200, "and it goes on");
}

/// The fear: with old size 0 a proof of anything is believed.
#[test]
fn from_nothing_nothing_is_proved() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, "true", 8);
    let witness = witness(dir.path(), &[&log]);
    let request = Log::request_with(0, log.consistency(3, 8).unwrap(), log.checkpoint(8));
    assert_eq!(status(&witness, &request), 422);
    assert_eq!(held(&witness, ORIGIN), None);
    assert_eq!(told(&ask(&witness, &log.request(3, 8))), (409, "0\n"));
}

/// The fear: a rewritten history is cosigned, or refused without a trace.
#[test]
fn a_rewritten_history_is_refused_and_kept() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, "true", 13);
    let mut rewritten = Log::new(ORIGIN, "true", 7);
    rewritten.grow("false", 20);
    let witness = witness(dir.path(), &[&log]);
    assert_eq!(status(&witness, &log.request(0, 8)), 200);
    for (old, size, status) in [(8, 8, 422), (8, 13, 422), (0, 8, 409), (3, 8, 409)] {
        let answer = ask(&witness, &rewritten.request(old, size));
        assert_eq!(answer.status, status, "{old} {size}");
        let doubt = answer.doubt.expect("the log is doubtful");
        assert_eq!(&doubt.held, log.checkpoint(8).checkpoint());
        assert_eq!(&doubt.offered, rewritten.checkpoint(size).checkpoint());
        // Each half is signed by the log, so that both together accuse it before anybody.
        let kept = doubt.kept.unwrap();
        let read = |path: &Path| SignedCheckpoint::parse(&fs::read(path).unwrap()).unwrap();
        let offered = read(&kept);
        offered.check(&log.key()).unwrap();
        assert_eq!(offered.checkpoint(), &doubt.offered);
        assert_eq!(offered.cosigned_by(slice::from_ref(witness.key())), Ok(vec![]));
        let before = read(&PathBuf::from(format!("{}-held", kept.display())));
        before.check(&log.key()).unwrap();
        assert_eq!(before.checkpoint(), &doubt.held);
    }
    let kept: Vec<String> = files(dir.path(), ORIGIN).into_keys().collect();
    assert_eq!(kept.len(), 6, "{kept:?}");
    assert_eq!(status(&witness, &log.request(8, 13)), 200, "the true history goes on");
}

/// The fear: refusing is a way to fill the witness's disk, or to crowd out what accuses.
#[test]
fn what_is_kept_of_refusals_is_bounded() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, "true", 200);
    let witness = witness(dir.path(), &[&log]);
    assert_eq!(status(&witness, &log.request(0, 8)), 200);
    // Anybody can send these: the checkpoints are public, and the proof is junk.
    let mut kept = 0;
    for size in 9..109 {
        let junk = Log::request_with(8, vec![log.hashes[0]], log.checkpoint(size));
        kept += usize::from(ask(&witness, &junk).doubt.unwrap().kept.is_some());
    }
    assert_eq!(kept, 32);
    let rewritten = Log::new(ORIGIN, "false", 8);
    assert!(ask(&witness, &rewritten.request(8, 8)).doubt.unwrap().kept.is_some());
    for history in 0..100 {
        let rewritten = Log::new(ORIGIN, &format!("false {history}"), 8);
        assert_eq!(status(&witness, &rewritten.request(8, 8)), 422);
    }
    assert_eq!(files(dir.path(), ORIGIN).len(), 2 + 2 * 64);
}

/// The fear: a changed request is taken for the one that the log made.
#[test]
fn no_changed_bit_of_a_request_is_cosigned_unless_nobody_reads_it() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, "true", 13);
    let witness = witness(dir.path(), &[&log]);
    assert_eq!(status(&witness, &log.request(0, 8)), 200);
    let before = fs::read(stored(dir.path())).unwrap();
    let counting = log.request(8, 13);
    let request = [&counting[..], "\u{2014} x AAAAAAA=\n".as_bytes()].concat();
    let mut passed = 0;
    for at in 0..request.len() * 8 {
        let mut changed = request.clone();
        changed[at / 8] ^= 1 << (at % 8);
        let answer = ask(&witness, &changed);
        if answer.status == 200 {
            assert!(at / 8 >= counting.len(), "bit {at}");
            passed += 1;
            // Nor is it the changed line that is kept.
            assert_eq!(witness.held(ORIGIN).unwrap().unwrap().lines().len(), 2);
            fs::write(stored(dir.path()), &before).unwrap();
        }
    }
    assert!(passed > 0, "lines of others are passed over");
    assert_eq!(fs::read(stored(dir.path())).unwrap(), before);
    assert_eq!(status(&witness, &request), 200);
}

/// The fear: a damaged memory is taken for none, and a second history is cosigned.
#[test]
fn a_damaged_memory_cosigns_nothing() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, "true", 13);
    let witness = witness(dir.path(), &[&log]);
    assert_eq!(status(&witness, &log.request(0, 8)), 200);
    let whole = fs::read(stored(dir.path())).unwrap();
    let flipped = (0..whole.len() * 8).map(|at| {
        let mut changed = whole.clone();
        changed[at / 8] ^= 1 << (at % 8);
        changed
    });
    let cut = (0..whole.len()).map(|length| whole[..length].to_vec());
    let mut other = Log::new(ORIGIN, "other", 8);
    let foreign = [witness_key(), other.key.clone()].map(|key| other.checkpoint(8).cosign(&key, 1));
    other.grow("other", 1);
    let foreign = other.checkpoint(8).with(&foreign[1..]).to_bytes();
    for bytes in flipped.chain(cut).chain([foreign]) {
        fs::write(stored(dir.path()), &bytes).unwrap();
        for request in [log.request(8, 13), log.request(0, 13)] {
            let answer = witness.add_checkpoint(&request, NOW);
            assert!(matches!(answer, Err(Error::Damaged { .. })), "{answer:?}");
        }
        assert!(matches!(witness.checkpoint(&log_id(ORIGIN)), Err(Error::Damaged { .. })));
        assert_eq!(fs::read(stored(dir.path())).unwrap(), bytes, "and changes nothing");
    }
    fs::write(stored(dir.path()), &whole).unwrap();
    assert_eq!(status(&witness, &log.request(8, 13)), 200);
}

/// The fear: what another log's place holds is believed of this one.
#[test]
fn memories_exchanged_between_logs_are_damage() {
    let dir = TempDir::new().unwrap();
    let (log, other) = (Log::new(ORIGIN, "true", 8), Log::new(OTHER, "true", 13));
    let witness = witness(dir.path(), &[&log, &other]);
    assert_eq!(status(&witness, &log.request(0, 8)), 200);
    assert_eq!(status(&witness, &other.request(0, 3)), 200);
    fs::copy(stored(dir.path()), dir.path().join(log_id(OTHER)).join("checkpoint")).unwrap();
    let answer = witness.add_checkpoint(&other.request(8, 13), NOW);
    assert!(matches!(answer, Err(Error::Damaged { .. })), "{answer:?}");
}

/// The fear: a witness that died after it stored, and before it answered, is stuck; or what it had
/// half written counts.
#[test]
fn who_never_got_the_answer_asks_again() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, "true", 13);
    assert_eq!(status(&witness(dir.path(), &[&log]), &log.request(0, 8)), 200);
    let stored_before = fs::read(stored(dir.path())).unwrap();
    let answer = ask(&witness(dir.path(), &[&log]), &log.request(8, 13));
    // Killed before the rename: the newer one lies there under another name.
    let newer = fs::read(stored(dir.path())).unwrap();
    fs::write(stored(dir.path()), &stored_before).unwrap();
    fs::write(stored(dir.path()).with_extension("new"), &newer[..newer.len() / 2]).unwrap();
    let begun_anew = witness(dir.path(), &[&log]);
    assert_eq!(ask(&begun_anew, &log.request(8, 13)), answer);
    // Killed after it: the log is told what it has, and gets the same again.
    let begun_anew = witness(dir.path(), &[&log]);
    assert_eq!(told(&ask(&begun_anew, &log.request(8, 13))), (409, "13\n"));
    assert_eq!(ask(&begun_anew, &log.request(13, 13)).body, answer.body);
}

/// The fear: a log that changes its key is lost to the witness, or anybody's key will do.
#[test]
fn a_log_may_have_two_keys() {
    let dir = TempDir::new().unwrap();
    let old = Log::new(ORIGIN, "true", 13);
    let mut new = Log::new(ORIGIN, "true", 13);
    new.key = SigningKey::new(ORIGIN, Algorithm::Note, &[8; 32]).unwrap();
    assert_eq!(status(&witness(dir.path(), &[&old]), &old.request(0, 3)), 200);
    // What was stored is signed with a key that this one does not know.
    let only_new = witness(dir.path(), &[&new]);
    let refused = only_new.add_checkpoint(&new.request(3, 8), NOW).unwrap_err();
    assert!(refused.to_string().contains("name its old one too"), "{refused}");
    let both = witness(dir.path(), &[&old, &new, &new]);
    assert_eq!(status(&both, &new.request(3, 8)), 200);
    assert_eq!(both.held(ORIGIN).unwrap().unwrap().lines().len(), 2);
    assert_eq!(status(&only_new, &new.request(8, 13)), 200);
    // A line of a known key that does not hold spoils the others.
    let forged = new.checkpoint(8).lines_of(&[new.key()]);
    let signed = old.checkpoint(13).with(&forged);
    assert_eq!(status(&both, &Log::request_with(13, vec![], signed)), 403);
    let signed = old.checkpoint(13).with(&new.checkpoint(13).lines_of(&[new.key()]));
    assert_eq!(status(&both, &Log::request_with(13, vec![], signed)), 200);
    assert_eq!(both.held(ORIGIN).unwrap().unwrap().lines().len(), 3);
}

/// The fear: the log's signature lines make the witness keep what nobody has checked.
#[test]
fn lines_of_others_are_not_kept() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, "true", 8);
    let witness = witness(dir.path(), &[&log]);
    let own = log.checkpoint(3).cosign(&witness_key(), 5);
    let stranger = SigningKey::new("example.net/x", Algorithm::Cosignature, &[1; 32]).unwrap();
    let stranger = log.checkpoint(8).cosign(&stranger, 5);
    let signed = log.checkpoint(8).with(&[own, stranger]);
    assert_eq!(status(&witness, &Log::request_with(0, vec![], signed)), 200);
    let held = witness.held(ORIGIN).unwrap().unwrap();
    let expected = log.checkpoint(8).with(&[log.checkpoint(8).cosign(&witness_key(), NOW.get())]);
    assert_eq!(held.to_bytes(), expected.to_bytes());
}

/// The fear: a monitor is told of what was never cosigned, or can read other files.
#[test]
fn monitors_ask_by_the_id_of_a_known_log_only() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, "true", 8);
    let witness = witness(dir.path(), &[&log]);
    fs::write(dir.path().join("checkpoint"), log.checkpoint(8).to_bytes()).unwrap();
    for id in [&log_id(ORIGIN), &log_id(OTHER), "", ".", "..", "/", &log_id(ORIGIN).to_uppercase()]
    {
        assert_eq!(witness.checkpoint(id).unwrap().status, 404, "{id}");
    }
}

/// The fear: a key signs what it is not meant for.
#[test]
fn keys_that_do_something_else_are_refused() {
    let dir = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, "true", 1);
    let refused = Witness::new(dir.path(), log.key.clone(), vec![]).unwrap_err();
    assert_eq!(refused, UnfitKey::Witness(log.key().to_string()));
    let cosigner = witness_key().public().clone();
    let refused = Witness::new(dir.path(), witness_key(), vec![cosigner.clone()]).unwrap_err();
    assert_eq!(refused, UnfitKey::Log(cosigner.to_string()));
}
