//! The fear: a witness that is slow, broken or lying holds up the log, fills its memory, or is
//! counted.

use super::{Refusal, ask};
use crate::exit::{Failure, UNABLE};
use journal::note::{Algorithm, SignatureLine};
use journal::tree::{Growing, leaf};
use journal::witness::Witness;
use journal::{Checkpoint, SignedCheckpoint, SigningKey, TreeHash, VerifierKey};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const ORIGIN: &str = "example.org/ledger";
const TIME: Duration = Duration::from_secs(10);

fn log_key() -> SigningKey {
    SigningKey::new(ORIGIN, Algorithm::Note, &[7; 32]).unwrap()
}

fn witness_key(seed: u8) -> SigningKey {
    SigningKey::new("example.net/witness", Algorithm::Cosignature, &[seed; 32]).unwrap()
}

fn public(seed: u8) -> VerifierKey {
    witness_key(seed).public().clone()
}

fn signed(lines: &[&str]) -> SignedCheckpoint {
    let mut tree = Growing::default();
    for line in lines {
        tree.push(leaf(line.as_bytes()));
    }
    let (size, root) = (tree.size(), tree.root());
    Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&log_key())
}

/// That a log of two records begins with the first one.
fn from_one_to_two(old: u64) -> Result<Vec<TreeHash>, Failure> {
    assert_eq!(old, 1);
    Ok(vec![leaf(b"b")])
}

fn no_proof(old: u64) -> Result<Vec<TreeHash>, Failure> {
    panic!("a proof from {old} was asked for")
}

/// Answers requests on a port of this machine, one after the other, with what is made of the body.
fn server(answer: impl Fn(&[u8], TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            answer(&body, reader.into_inner());
        }
    });
    format!("http://{address}/")
}

fn reply(mut stream: TcpStream, status: u16, content_type: &str, body: &[u8]) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\
         location: http://127.0.0.1:9/\r\nconnection: close\r\n\r\n"
    );
    // The client may have gone away.
    let _ = stream.write_all(&[head.as_bytes(), body].concat());
}

fn canned(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> String {
    let body = body.into();
    server(move |_, stream| reply(stream, status, content_type, &body))
}

fn named(urls: &[String]) -> Vec<(String, String)> {
    urls.iter().enumerate().map(|(index, url)| (format!("w{index}"), url.clone())).collect()
}

/// What one witness answers to a checkpoint of two records.
fn asked(url: String, keys: &[VerifierKey]) -> Result<Vec<SignatureLine>, Refusal> {
    let mut answers = ask(&named(&[url]), &signed(&["a", "b"]), &no_proof, keys, TIME);
    answers.pop().unwrap().1
}

#[test]
fn a_witness_that_has_seen_less_is_shown_the_rest() {
    let dir = tempfile::TempDir::new().unwrap();
    let witness = Witness::new(dir.path(), witness_key(1), vec![log_key().public().clone()]);
    let witness = witness.unwrap();
    let url = server(move |body, stream| {
        let answer = witness.add_checkpoint(body, NonZeroU64::new(9).unwrap()).unwrap();
        reply(stream, answer.status, answer.content_type, &answer.body);
    });
    let keys = [public(2), public(1)];
    for (lines, prove) in [
        (&["a"][..], &no_proof as &dyn Fn(u64) -> _),
        (&["a", "b"], &from_one_to_two as &dyn Fn(u64) -> _),
        (&["a", "b"], &|_| Ok(vec![])),
    ] {
        let signed = signed(lines);
        let answers = ask(&named(std::slice::from_ref(&url)), &signed, prove, &keys, TIME);
        let lines = answers[0].1.as_ref().unwrap();
        let cosigned = signed.with(lines).cosigned_by(&keys).unwrap();
        assert_eq!((cosigned.len(), cosigned[0].time), (1, 9));
    }
    let prove = |_| Ok(vec![]);
    let answers = ask(&named(std::slice::from_ref(&url)), &signed(&["a"]), &prove, &keys, TIME);
    assert_eq!(answers[0].1, Err(Refusal::Ahead { seen: 2, here: 1 }));
    let answers = ask(&named(&[url]), &signed(&["x", "b"]), &prove, &keys, TIME);
    assert!(matches!(answers[0].1, Err(Refusal::NotGrown(_))), "{answers:?}");
}

#[test]
fn what_is_no_cosignature_is_not_counted() {
    let two = signed(&["a", "b"]);
    let line = |checkpoint: &SignedCheckpoint, seed, time| {
        checkpoint.cosign(&witness_key(seed), time).to_bytes()
    };
    let text = "text/plain";
    let unknown = Refusal::Nonsense("it is not of a key that the policy knows");
    let cases = [
        (canned(200, text, ""), Refusal::Nonsense("its answer is not one")),
        (canned(200, text, "<html>\n"), Refusal::Nonsense("its answer is not one")),
        (canned(200, text, [0xff; 99]), Refusal::Nonsense("its answer is not one")),
        (canned(200, text, line(&two, 2, 9)), unknown.clone()),
        (canned(200, text, two.lines()[0].to_bytes()), unknown),
        (
            canned(200, text, line(&signed(&["a", "x"]), 1, 9)),
            Refusal::Nonsense("what it signed is not this checkpoint"),
        ),
        (
            canned(200, text, [line(&two, 1, 9), line(&signed(&["a"]), 1, 9)].concat()),
            Refusal::Nonsense("what it signed is not this checkpoint"),
        ),
        (canned(200, text, line(&two, 1, 0)), Refusal::Nonsense("it does not say when it looked")),
        (
            canned(200, text, line(&two, 1, 1 << 63)),
            Refusal::Nonsense("it does not say when it looked"),
        ),
        (canned(409, text, "2\n"), Refusal::Nonsense("its conflict names no size")),
        (canned(409, "text/x.tlog.size", "02\n"), Refusal::Nonsense("its conflict names no size")),
        (canned(409, "text/x.tlog.size", "2"), Refusal::Nonsense("its conflict names no size")),
        (
            canned(409, "text/x.tlog.size", "0\n"),
            Refusal::Nonsense("it says that it has seen nothing, and wants a proof"),
        ),
        (canned(409, "text/x.tlog.size", "3\n"), Refusal::Ahead { seen: 3, here: 2 }),
        (canned(422, text, "no\n"), Refusal::NotGrown("no".to_owned())),
        (
            canned(403, text, "\u{1b}[2Jwho\r are\nyou"),
            Refusal::Refused { status: 403, why: "\u{fffd}[2Jwho\u{fffd} are".to_owned() },
        ),
        (
            canned(302, text, ""),
            Refusal::Refused { status: 302, why: "it does not say why".to_owned() },
        ),
    ];
    for (url, refusal) in cases {
        assert_eq!(asked(url, &[public(1)]), Err(refusal));
    }
    // Lines of others beside its own do no harm.
    let url = canned(200, text, [line(&two, 2, 9), line(&two, 1, 9)].concat());
    assert_eq!(asked(url, &[public(1)]), Ok(vec![two.cosign(&witness_key(1), 9)]));
}

#[test]
fn what_cannot_be_shown_or_goes_on_in_between_is_told() {
    let url = canned(409, "text/x.tlog.size", "1\n");
    let refused = |prove: &dyn Fn(u64) -> _| {
        let keys = [public(1)];
        ask(&named(std::slice::from_ref(&url)), &signed(&["a", "b"]), prove, &keys, TIME)[0]
            .1
            .clone()
    };
    let failing = |_| Err(Failure::new(UNABLE, "the disk is gone"));
    assert_eq!(refused(&failing), Err(Refusal::Unshown("the disk is gone".to_owned())));
    let twice = refused(&from_one_to_two);
    assert!(matches!(twice, Err(Refusal::Refused { status: 409, .. })), "{twice:?}");
}

#[test]
fn a_witness_that_hangs_costs_its_time_and_no_more() {
    let (hold, held) = channel();
    let hold = Mutex::new(hold);
    let silent = server(move |_, stream| hold.lock().unwrap().send(stream).unwrap());
    let dripping = server(|_, mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let two = signed(&["a", "b"]);
    let good = canned(200, "text/plain", two.cosign(&witness_key(1), 9).to_bytes());
    let urls = [silent, dripping, nobody, "ftp://example.org".to_owned(), good];
    let begun = Instant::now();
    let time = Duration::from_millis(500);
    let answers = ask(&named(&urls), &two, &no_proof, &[public(1)], time);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    for (name, answer) in &answers[..4] {
        assert!(matches!(answer, Err(Refusal::NotReached(_))), "{name}: {answer:?}");
    }
    assert_eq!(answers[0].1, Err(Refusal::NotReached("it took too long".to_owned())));
    assert!(answers[4].1.is_ok());
    drop(held);
}

#[test]
fn an_endless_answer_is_not_read_to_its_end() {
    let written = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&written);
    let url = server(move |_, mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n");
        let block = vec![b'x'; 64 * 1024];
        while stream.write_all(&block).is_ok() {
            count.fetch_add(block.len() as u64, Ordering::Relaxed);
        }
    });
    assert_eq!(asked(url, &[public(1)]), Err(Refusal::Nonsense("its answer is too long")));
    assert!(written.load(Ordering::Relaxed) < 100 << 20, "{written:?}");
}
