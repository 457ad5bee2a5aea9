//! The fear: a witness that people rely on cosigns two histories, forgets, or is held up or brought
//! down by whoever can reach it. Real processes answer here, on ports of this machine.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use journal::checkpoint::log_id;
use journal::note::{Algorithm, SigningKey};
use journal::tree::{Growing, leaf};
use journal::{Checkpoint, ConsistencyProof, SignedCheckpoint, TreeHash, VerifierKey};

use crate::site::{PROGRAM, Ran, Site};

const ORIGIN: &str = "example.org/ledger";

/// A witness that answers until it is dropped.
struct Serving {
    child: Child,
    address: String,
    /// Its line for policies.
    line: String,
    said: Arc<Mutex<String>>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serving {
    /// Begins one in a site, with everything of its own in `<name>/`.
    fn begin(site: &Site, name: &str, logs: &[&str]) -> Self {
        let mut command = serve(site, name, logs);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (mut stderr, kept) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&said));
        thread::spawn(move || {
            let mut line = String::new();
            while stderr.read_line(&mut line).is_ok_and(|read| read > 0) {
                kept.lock().unwrap().push_str(&std::mem::take(&mut line));
            }
        });
        let line = line.trim_end().to_owned();
        let (_, address) = line.rsplit_once("http://").unwrap_or_else(|| panic!("{said:?}"));
        Self { child, address: address.to_owned(), line, said }
    }

    fn key(&self) -> VerifierKey {
        self.line.split(' ').nth(2).unwrap().parse().unwrap()
    }

    fn post(&self, body: &[u8]) -> Answer {
        let length = body.len();
        let head = format!("POST /add-checkpoint HTTP/1.1\r\ncontent-length: {length}\r\n");
        exchange(&self.address, &head, body)
    }

    fn get(&self, path: &str) -> Answer {
        exchange(&self.address, &format!("GET {path} HTTP/1.1\r\n"), &[])
    }

    /// Ends it with a signal; its exit code.
    fn end(mut self, signal: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }

    /// Waits until it has said something.
    fn says(&self, words: &str) {
        let begun = Instant::now();
        while !self.said.lock().unwrap().contains(words) {
            assert!(begun.elapsed() < Duration::from_secs(20), "{words}: {:?}", self.said);
            thread::sleep(Duration::from_millis(10));
        }
    }
}

#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    content_type: String,
    body: String,
}

fn serve(site: &Site, name: &str, logs: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().env("PIPEROLL_CONFIG", site.path(name)).current_dir(site.path("."));
    command.args(["witness", "serve", "--listen", "127.0.0.1:0"]);
    command.args(["--name", &format!("example.net/{name}")]);
    command.args(logs.iter().flat_map(|log| ["--log", log]));
    command
}

fn exchange(address: &str, head: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let head = format!("{head}host: x\r\nconnection: close\r\n\r\n");
    // It may answer, and close, before it has read all.
    let _ = stream.write_all(&[head.as_bytes(), body].concat());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
    let content_type = head.lines().find_map(|line| line.strip_prefix("content-type: "));
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        content_type: content_type.unwrap_or_default().to_owned(),
        body: body.to_owned(),
    }
}

fn log_key() -> SigningKey {
    SigningKey::new(ORIGIN, Algorithm::Note, &[7; 32]).unwrap()
}

/// The checkpoint of a made-up log.
fn made_up(lines: &[&str]) -> SignedCheckpoint {
    let mut tree = Growing::default();
    for line in lines {
        tree.push(leaf(line.as_bytes()));
    }
    let (size, root) = (tree.size(), tree.root());
    Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&log_key())
}

fn request(old: u64, hashes: &[TreeHash], checkpoint: SignedCheckpoint) -> Vec<u8> {
    ConsistencyProof { old, hashes: hashes.to_vec(), checkpoint }.to_bytes()
}

/// A ledger's directory and its keys, as they are now, under another name.
fn copy(site: &Site, name: &str) {
    for dir in ["ledger", "config"] {
        copy_dir(&site.path(dir), &site.path(&format!("{name}/{dir}")));
    }
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_dir(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// Runs a command on a copy.
fn on_copy(site: &Site, name: &str, line: &str) -> Ran {
    let place = format!(" --ledger {name}/ledger --config {name}/config");
    site.run(&format!("{line}{place}"))
}

/// The operator was told, and has both halves of what accuses the log.
fn accuses(site: &Site, witness: &Serving, name: &str) {
    witness.says("422 add-checkpoint example.org/ledger");
    witness.says("warning: example.org/ledger has signed");
    let place = site.path(name).join("witness").join(log_id(ORIGIN));
    let names = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().file_name());
    let kept = names.filter(|it| it.to_string_lossy().starts_with("refused-"));
    assert_eq!(kept.count(), 2, "the refused one, and the one before");
}

/// The drill. The fear: the ledger is rewritten, and those who watch it do not notice.
#[test]
fn two_ledgers_and_two_witnesses() {
    let site = Site::with_exampleshire();
    let other = Site::new();
    other.ok("init --origin example.org/other");
    let keys = [site.ok("key show"), other.ok("key show")];
    let keys: Vec<&str> = keys.iter().map(|key| key.trim_end()).collect();
    let witnesses = ["w1", "w2"].map(|name| Serving::begin(&site, name, &keys));
    let policy = |key: &str| {
        let lines = witnesses.iter().map(|it| it.line.as_str()).collect::<Vec<_>>().join("\n");
        format!("log {key}\n{lines}\ngroup both all example.net/w1 example.net/w2\nquorum both\n")
    };
    site.write("policy", policy(keys[0]));
    other.write("policy", policy(keys[1]));
    // Before it grows, whoever has the key takes a copy to rewrite it.
    copy(&site, "rewritten");
    fs::copy(site.path("policy"), site.path("rewritten/policy")).unwrap();

    // Honest growth is cosigned, of both ledgers, by both witnesses.
    for (site, key) in [(&site, keys[0]), (&other, keys[1])] {
        for code in ["X99000007", "X99000008"] {
            let ran = site.run("checkpoint --policy policy");
            assert_eq!(ran.code, 0, "{ran:?}");
            assert!(ran.err.contains("cosigned by 2 of 2 witnesses, which is enough"), "{ran:?}");
            let signed = SignedCheckpoint::parse(ran.out.as_bytes()).unwrap();
            signed.check(&key.parse().unwrap()).unwrap();
            let cosigned = signed.cosigned_by(&witnesses.each_ref().map(Serving::key)).unwrap();
            assert_eq!(cosigned.len(), 2);
            site.register(code, code, "local_authority");
        }
    }
    let ran = site.run("checkpoint --policy policy");
    assert_eq!(ran.code, 0, "{ran:?}");
    let true_end = SignedCheckpoint::parse(ran.out.as_bytes()).unwrap();
    let size = true_end.checkpoint().size;

    // A stale size is answered 409, with the size that was cosigned last.
    site.write("old", ran.out.as_bytes());
    site.register("X99000009", "Newshire", "local_authority");
    site.ok("proof consistency old new.consistency");
    let proof = site.read("new.consistency");
    let stale = String::from_utf8(proof.clone()).unwrap();
    let stale = stale.replacen(&format!("old {size}\n"), &format!("old {}\n", size - 1), 1);
    let conflict = witnesses[0].post(stale.as_bytes());
    let size_type = "text/x.tlog.size".to_owned();
    let expected = Answer { status: 409, content_type: size_type, body: format!("{size}\n") };
    assert_eq!(conflict, expected);

    // The rewritten history is signed with the right key, and longer: it is answered 422.
    for code in ["X99000011", "X99000012", "X99000013", "X99000014"] {
        let line = format!("organisation register {code} --name {code} --kind local_authority");
        let ran = on_copy(&site, "rewritten", &format!("{line} --fictional"));
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let ran = on_copy(&site, "rewritten", "checkpoint --policy rewritten/policy");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("says that this log did not only grow"), "{ran:?}");
    let rewritten = SignedCheckpoint::parse(ran.out.as_bytes()).unwrap();
    assert!(rewritten.checkpoint().size > size, "so that it is not only too short");
    for (witness, name) in witnesses.iter().zip(["w1", "w2"]) {
        accuses(&site, witness, name);
    }

    // The true one goes on.
    assert_eq!(witnesses[1].post(&proof).status, 200);
    let ran = site.run("checkpoint --policy policy");
    assert_eq!(ran.code, 0, "{ran:?}");
    let listed = site.run("witness list --format csv --config w2");
    assert!(listed.out.contains(&format!("{ORIGIN},{},", size + 1)), "{listed:?}");
}

/// The fear: a witness that cannot be reached, or does not answer, holds up the ledger, or counts.
#[test]
fn a_ledger_whose_witness_is_gone_is_signed_all_the_same() {
    let site = Site::with_exampleshire();
    let key = site.ok("key show");
    let witness = Serving::begin(&site, "w1", &[key.trim_end()]);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = SigningKey::new("example.net/gone", Algorithm::Cosignature, &[3; 32]).unwrap();
    let lines = format!(
        "{}\nwitness gone {} http://{}\n",
        witness.line,
        gone.public(),
        silent.local_addr().unwrap()
    );
    site.write("one", format!("{lines}group g any example.net/w1 gone\nquorum g\n"));
    site.write("both", format!("{lines}group g all example.net/w1 gone\nquorum g\n"));
    let begun = Instant::now();
    let ran = site.run("checkpoint --policy one --timeout 1");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("gone: could not be asked: it took too long"), "{ran:?}");
    let ran = site.run("checkpoint --policy both --timeout 1");
    assert_eq!(ran.code, 5, "{ran:?}");
    let missed = "cosigned by 1 of 2 witnesses, which is not enough: it takes 2 of example.net/w1, \
                  gone";
    assert!(ran.err.contains(missed), "{ran:?}");
    assert!(begun.elapsed() < Duration::from_secs(20));
    let line = witness.line.clone();
    drop(witness);
    site.write("dead", format!("{line}\nquorum example.net/w1\n"));
    // What it cosigned before still counts: it is kept with the checkpoint.
    let ran = site.run("checkpoint --policy dead --timeout 5");
    assert!(ran.err.contains("example.net/w1: could not be asked"), "{ran:?}");
    site.register("X99000009", "Newshire", "local_authority");
    assert_eq!(site.run("checkpoint --policy dead --timeout 5").code, 5);
}

/// The fear: what the program answers over HTTP is not what other programs expect.
#[test]
fn every_answer_has_its_status_and_type() {
    let site = Site::new();
    let witness = Serving::begin(&site, "w", &[&log_key().public().to_string()]);
    let text = "text/plain; charset=utf-8";
    let place = format!("/{}/checkpoint", log_id(ORIGIN));
    assert_eq!(witness.get(&place).status, 404);
    let one = made_up(&["a"]);
    let answer = witness.post(&request(0, &[], one));
    assert_eq!((answer.status, answer.content_type.as_str()), (200, text));
    let kept = witness.get(&place);
    assert_eq!((kept.status, kept.content_type.as_str()), (200, text));
    assert!(kept.body.ends_with(&answer.body), "{kept:?}");
    let kept = SignedCheckpoint::parse(kept.body.as_bytes()).unwrap();
    kept.check(log_key().public()).unwrap();
    assert_eq!(kept.cosigned_by(&[witness.key()]).unwrap().len(), 1);
    let conflict = witness.post(&request(0, &[], made_up(&["a", "b"])));
    let size = "text/x.tlog.size".to_owned();
    assert_eq!(conflict, Answer { status: 409, content_type: size, body: "1\n".to_owned() });
    assert_eq!(witness.post(&request(1, &[], made_up(&["x"]))).status, 422);
    assert_eq!(witness.post(&request(1, &[leaf(b"b")], made_up(&["a", "b"]))).status, 200);
    assert_eq!(witness.post(b"old 0\n").status, 400);
    let other = SigningKey::new("example.org/other", Algorithm::Note, &[7; 32]).unwrap();
    let unknown =
        Checkpoint { origin: "example.org/other".to_owned(), ..kept.checkpoint().clone() };
    assert_eq!(witness.post(&request(0, &[], unknown.sign(&other))).status, 404);
    let other = SigningKey::new(ORIGIN, Algorithm::Note, &[8; 32]).unwrap();
    let forged = kept.checkpoint().clone().sign(&other);
    assert_eq!(witness.post(&request(0, &[], forged)).status, 403);
    assert_eq!(witness.post(&vec![b'x'; 200_000]).status, 413);
    assert_eq!(witness.get("/add-checkpoint").status, 405);
    assert_eq!(witness.get("/").status, 404);
    assert_eq!(witness.get("/../key").status, 404);
    assert_eq!(witness.get("/..%2f..%2fkey/checkpoint").status, 404);
    witness.says("422 add-checkpoint example.org/ledger 1");
    witness.says("has signed two histories of size 1");
}

/// The fear: a client that sends garbage, or nothing, brings the witness down or keeps it busy.
#[test]
fn garbage_and_silence_keep_nobody_out() {
    let site = Site::new();
    let witness = Serving::begin(&site, "w", &[&log_key().public().to_string()]);
    let silent: Vec<TcpStream> = (0..40)
        .map(|number| {
            let mut stream = TcpStream::connect(&witness.address).unwrap();
            let begun: &[u8] = match number % 4 {
                0 => b"",
                1 => b"POST /add-checkpoint HTTP/1.1\r\nhost:",
                2 => b"POST /add-checkpoint HTTP/1.1\r\ncontent-length: 100\r\n\r\nold 0\n",
                _ => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\xff\xff\0\0",
            };
            stream.write_all(begun).unwrap();
            stream
        })
        .collect();
    let mut byte = 1_u8;
    for _ in 0..50 {
        let noise = std::iter::from_fn(|| {
            byte = byte.wrapping_mul(167).wrapping_add(13);
            Some(byte)
        });
        let noise: Vec<u8> = noise.take(3000).collect();
        let mut stream = TcpStream::connect(&witness.address).unwrap();
        let _ = stream.write_all(&noise);
        byte = byte.wrapping_add(1);
        assert_eq!(witness.post(&noise).status, 400);
    }
    assert_eq!(witness.post(&request(0, &[], made_up(&["a"]))).status, 200);
    // Who does not go on is sent away.
    for mut stream in silent {
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest);
        let is_timeout = |error: &std::io::Error| error.kind() == std::io::ErrorKind::WouldBlock;
        assert!(!ended.as_ref().is_err_and(is_timeout), "{ended:?}");
    }
    assert_eq!(witness.end("-TERM"), Some(0));
}

/// The fear: a witness that is told to end drops what it is answering, or waits for who is silent.
#[test]
fn a_witness_that_ends_answers_first() {
    let site = Site::new();
    let mut witness = Serving::begin(&site, "w", &[&log_key().public().to_string()]);
    let body = request(0, &[], made_up(&["a"]));
    let (begun, rest) = body.split_at(30);
    let mut stream = TcpStream::connect(&witness.address).unwrap();
    let silent = TcpStream::connect(&witness.address).unwrap();
    let head = "POST /add-checkpoint HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n";
    let head = format!("{head}content-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    // That it goes on says that it has taken the request up.
    let mut line = [0; 25];
    stream.read_exact(&mut line).unwrap();
    assert_eq!(&line, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(begun).unwrap();
    let id = witness.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let waited = Instant::now();
    while TcpStream::connect(&witness.address).is_ok() {
        assert!(waited.elapsed() < Duration::from_secs(20), "it takes no new connections");
        thread::sleep(Duration::from_millis(10));
    }
    stream.write_all(rest).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(witness.child.wait().unwrap().code(), Some(0));
    assert!(waited.elapsed() < Duration::from_secs(20));
    drop(silent);
}

/// The fear: a witness that begins anew has another key, or has forgotten.
#[test]
fn a_witness_keeps_its_key_and_its_memory() {
    let site = Site::new();
    let log = log_key().public().to_string();
    let first = Serving::begin(&site, "w", &[&log]);
    assert_eq!(first.post(&request(0, &[], made_up(&["a"]))).status, 200);
    let line = first.line.rsplit_once(' ').unwrap().0.to_owned();
    assert_eq!(first.end("-KILL"), None);
    let again = Serving::begin(&site, "w", &[&log]);
    assert!(again.line.starts_with(&line), "{} {line}", again.line);
    assert_eq!(again.post(&request(0, &[], made_up(&["x"]))).status, 409);
    // Two at a time share key and memory.
    let beside = Serving::begin(&site, "w", &[&log]);
    assert_eq!(beside.post(&request(1, &[leaf(b"b")], made_up(&["a", "b"]))).status, 200);
    assert_eq!(again.post(&request(1, &[leaf(b"c")], made_up(&["a", "c"]))).status, 409);
    assert_eq!(again.end("-INT"), Some(130));
    assert_eq!(beside.end("-TERM"), Some(0));

    let shown = site.ok("witness show --config w");
    assert!(shown.starts_with(line.split(' ').nth(2).unwrap()), "{shown}");
    assert!(shown.contains(ORIGIN), "{shown}");
    assert!(shown.lines().skip(1).all(|line| line.chars().count() <= 80), "{shown}");
    let listed = site.ok("witness list --config w --format csv");
    let row = listed.lines().nth(1).unwrap();
    let root = made_up(&["a", "b"]).checkpoint().root;
    assert!(row.starts_with(&format!("{ORIGIN},2,{root},20")), "{row}");

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| fs::metadata(site.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("w/witness"), mode("w/witness/key")), (0o700, 0o600));
        let key = site.read("w/witness/key");
        let renamed =
            site.run(&format!("witness serve --name example.net/x --log {log} --config w"));
        assert_eq!(renamed.code, 1, "{renamed:?}");
        assert_eq!(site.read("w/witness/key"), key);
        fs::set_permissions(site.path("w/witness/key"), fs::Permissions::from_mode(0o640)).unwrap();
        let exposed = serve(&site, "w", &[&log]).output().unwrap();
        assert_eq!(exposed.status.code(), Some(5));
    }
}

/// The fear: a witness with a damaged memory goes on as if it had none.
#[test]
fn a_damaged_memory_is_answered_500() {
    let site = Site::new();
    let witness = Serving::begin(&site, "w", &[&log_key().public().to_string()]);
    assert_eq!(witness.post(&request(0, &[], made_up(&["a"]))).status, 200);
    let place = format!("w/witness/{}/checkpoint", log_id(ORIGIN));
    let whole = site.read(&place);
    site.write(&place, &whole[..whole.len() - 9]);
    let answer = witness.post(&request(0, &[], made_up(&["x"])));
    assert_eq!(answer.status, 500);
    assert!(!answer.body.contains(site.path("w").to_str().unwrap()), "its places are its own");
    witness.says("is damaged");
    assert_eq!(site.run("witness list --config w").code, 3);
    site.write(&place, &whole);
    assert_eq!(witness.post(&request(0, &[], made_up(&["x"]))).status, 409);
}

/// The fear: what is asked for in a wrong way is done in another one.
#[test]
fn what_is_asked_wrongly_is_refused_with_a_hint() {
    let site = Site::new();
    let log = log_key().public().to_string();
    let cosigner = SigningKey::new("example.net/w", Algorithm::Cosignature, &[1; 32]).unwrap();
    site.write("empty", "quorum none\n");
    site.write("wrong", "log x\n");
    let serve = "witness serve --listen 127.0.0.1:0 --name example.net/w";
    for (line, code, words) in [
        ("witness list".to_owned(), 1, "no witness was ever begun"),
        ("witness show".to_owned(), 1, "no witness was ever begun"),
        (serve.to_owned(), 2, "--log"),
        (format!("{serve} --policy empty"), 2, "there is no log to watch"),
        (format!("{serve} --policy wrong"), 1, "wrong line 1"),
        (
            format!("{serve} --log {}", cosigner.public()),
            2,
            "it is the key of a witness, not of a log",
        ),
        (format!("witness serve --name a+b --log {log}"), 2, "cannot be the name of a key"),
        (
            format!("witness serve --listen 192.0.2.1:1 --name example.net/w --log {log}"),
            5,
            "cannot listen on 192.0.2.1:1",
        ),
    ] {
        let ran = site.run(&line);
        assert_eq!(ran.code, code, "{line}: {ran:?}");
        assert!(ran.err.contains(words), "{line}: {ran:?}");
    }
}
