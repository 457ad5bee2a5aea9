//! Asking witnesses for cosignatures of a checkpoint (C2SP tlog-witness, the log's side).

use crate::commands::harmless;
use crate::exit::Failure;
use crate::render::grouped;
use journal::checkpoint::parse_lines;
use journal::note::{Algorithm, SignatureLine};
use journal::{ConsistencyProof, SignedCheckpoint, TreeHash, VerifierKey};
use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

/// The longest answer that is read, in bytes: a few cosignatures, or a sentence.
const MAX_ANSWER: u64 = 16 * 1024;
/// How much of a sentence is shown.
const MAX_SHOWN: usize = 200;

/// Why a witness gave no cosignature that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It could not be asked: there is nobody, or no answer in time.
    NotReached(String),
    /// It has seen more of this log than there is.
    Ahead {
        /// How many records it has cosigned.
        seen: u64,
        /// How many there are here.
        here: u64,
    },
    /// It says that the log did not only grow.
    NotGrown(String),
    /// It refused otherwise.
    Refused {
        /// The status code.
        status: u16,
        /// What it says about it.
        why: String,
    },
    /// Its answer is nothing that a witness answers.
    Nonsense(&'static str),
    /// What it wants to see could not be shown.
    Unshown(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReached(why) => write!(f, "could not be asked: {why}"),
            Self::Ahead { seen, here } => {
                let (seen, here) = (grouped(*seen), grouped(*here));
                write!(f, "has seen more records than there are: {seen}, and here are {here}")
            }
            Self::NotGrown(why) => write!(f, "says that this log did not only grow: {why}"),
            Self::Refused { status, why } => write!(f, "refused with {status}: {why}"),
            Self::Nonsense(why) => write!(f, "gave no cosignature: {why}"),
            Self::Unshown(why) => write!(f, "was not shown what it has not seen: {why}"),
        }
    }
}

/// A witness that is being asked.
struct Asking<'a> {
    /// Its name, and the address under which `add-checkpoint` is.
    witness: &'a (String, String),
    /// How much time it has left.
    left: Duration,
    state: State,
}

/// How far it is asked.
enum State {
    /// This is to be sent next.
    Next(Vec<u8>),
    /// This was answered.
    Answered(Answer),
    /// It gives none.
    Refused(Refusal),
}

/// What a witness answered.
struct Answer {
    status: u16,
    is_size: IsSize,
    body: Vec<u8>,
}

/// Whether an answer is said to be the size of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IsSize {
    Yes,
    No,
}

/// Asks witnesses, by name and address, to cosign a checkpoint; gives for each the signature lines
/// of these keys, all of which hold, or why there is none.
///
/// All are asked at a time, and each has this long: first from nothing, which tells a witness that
/// has seen more to say how much, and then with a proof from there.
pub fn ask(
    witnesses: &[(String, String)],
    signed: &SignedCheckpoint,
    prove: &dyn Fn(u64) -> Result<Vec<TreeHash>, Failure>,
    keys: &[VerifierKey],
    time: Duration,
) -> Vec<(String, Result<Vec<SignatureLine>, Refusal>)> {
    let body = request(0, Vec::new(), signed);
    let first = witnesses.iter().map(|witness| {
        let state = State::Next(body.clone());
        Asking { witness, left: time, state }
    });
    let mut asked = post_all(first.collect());
    for asking in &mut asked {
        let State::Answered(answer) = &asking.state else { continue };
        match seen(answer, signed) {
            None => {}
            Some(Err(refusal)) => asking.state = State::Refused(refusal),
            Some(Ok(old)) => match prove(old) {
                Ok(hashes) => asking.state = State::Next(request(old, hashes, signed)),
                Err(failure) => asking.state = State::Refused(Refusal::Unshown(failure.cause)),
            },
        }
    }
    let answered = post_all(asked).into_iter().map(|asking| {
        let lines = match asking.state {
            State::Answered(answer) => read(&answer, signed, keys),
            State::Refused(refusal) => Err(refusal),
            State::Next(_) => unreachable!("whatever is to be sent is sent"),
        };
        (asking.witness.0.clone(), lines)
    });
    answered.collect()
}

/// Sends to all that there is something to send to, at a time.
fn post_all(all: Vec<Asking<'_>>) -> Vec<Asking<'_>> {
    thread::scope(|scope| {
        let threads = all.into_iter().map(|asking| scope.spawn(move || post_next(asking)));
        let threads: Vec<_> = threads.collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().expect("asking a witness does not panic")
        };
        threads.into_iter().map(join).collect()
    })
}

fn post_next(asking: Asking<'_>) -> Asking<'_> {
    let State::Next(body) = &asking.state else { return asking };
    let begun = Instant::now();
    let state = match post(&asking.witness.1, body, asking.left) {
        Ok(answer) => State::Answered(answer),
        Err(refusal) => State::Refused(refusal),
    };
    Asking { left: asking.left.saturating_sub(begun.elapsed()), state, ..asking }
}

fn post(url: &str, body: &[u8], left: Duration) -> Result<Answer, Refusal> {
    // A time-out of zero would be none at all.
    if left.is_zero() {
        return Err(Refusal::NotReached("it took too long".to_owned()));
    }
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(left))
        .http_status_as_error(false)
        // Another address is another witness: nobody has named it.
        .max_redirects(0)
        .user_agent("piperoll")
        .build();
    let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
    let response = ureq::Agent::new_with_config(config)
        .post(&url)
        .content_type("text/plain; charset=utf-8")
        .send(body);
    let mut response = response.map_err(|error| unreached(&error))?;
    let content_type = response.headers().get("content-type").map(|it| it.as_bytes());
    let is_size = if content_type == Some(b"text/x.tlog.size") { IsSize::Yes } else { IsSize::No };
    let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec();
    match body {
        Ok(body) => Ok(Answer { status: response.status().as_u16(), is_size, body }),
        Err(ureq::Error::BodyExceedsLimit(_)) => Err(Refusal::Nonsense("its answer is too long")),
        Err(error) => Err(unreached(&error)),
    }
}

fn unreached(error: &ureq::Error) -> Refusal {
    Refusal::NotReached(match error {
        ureq::Error::Timeout(_) => "it took too long".to_owned(),
        ureq::Error::HostNotFound => "there is no such host".to_owned(),
        other => shown(&other.to_string()),
    })
}

/// From where a witness wants the proof, if its answer was that; or why that cannot be.
fn seen(answer: &Answer, signed: &SignedCheckpoint) -> Option<Result<u64, Refusal>> {
    if answer.status != 409 {
        return None;
    }
    let text = std::str::from_utf8(&answer.body).ok().and_then(|text| text.strip_suffix('\n'));
    let size = text.and_then(|text| text.parse::<u64>().ok().filter(|it| it.to_string() == text));
    Some(match size.filter(|_| answer.is_size == IsSize::Yes) {
        None => Err(Refusal::Nonsense("its conflict names no size")),
        // It was asked from there, and nothing is in conflict with that.
        Some(0) => Err(Refusal::Nonsense("it says that it has seen nothing, and wants a proof")),
        Some(seen) if seen > signed.checkpoint().size => {
            Err(Refusal::Ahead { seen, here: signed.checkpoint().size })
        }
        Some(seen) => Ok(seen),
    })
}

/// The cosignatures in an answer, of known keys, all of which hold.
fn read(
    answer: &Answer,
    signed: &SignedCheckpoint,
    keys: &[VerifierKey],
) -> Result<Vec<SignatureLine>, Refusal> {
    let why = || shown(&String::from_utf8_lossy(&answer.body));
    match answer.status {
        200 => {}
        422 => return Err(Refusal::NotGrown(why())),
        409 => {
            let why = "it has seen more meanwhile: ask again".to_owned();
            return Err(Refusal::Refused { status: 409, why });
        }
        status => return Err(Refusal::Refused { status, why: why() }),
    }
    let lines = parse_lines(&answer.body);
    let lines = lines.map_err(|_| Refusal::Nonsense("its answer is not one"))?;
    let text = signed.checkpoint().text();
    let mut kept = Vec::new();
    for line in lines {
        let is_its = |key: &&VerifierKey| {
            key.algorithm() == Algorithm::Cosignature
                && key.name() == line.name()
                && key.id() == line.id()
        };
        let Some(key) = keys.iter().find(is_its) else { continue };
        if !key.verify(text.as_bytes(), line.signature()) {
            return Err(Refusal::Nonsense("what it signed is not this checkpoint"));
        }
        // Zero would say that it did not look at any time.
        let time = key.time_of(line.signature()).and_then(|time| i64::try_from(time).ok());
        if time.is_none_or(|time| time == 0) {
            return Err(Refusal::Nonsense("it does not say when it looked"));
        }
        kept.push(line);
    }
    match kept.is_empty() {
        true => Err(Refusal::Nonsense("it is not of a key that the policy knows")),
        false => Ok(kept),
    }
}

fn request(old: u64, hashes: Vec<TreeHash>, signed: &SignedCheckpoint) -> Vec<u8> {
    let checkpoint = signed.with(&[]);
    ConsistencyProof { old, hashes, checkpoint }.to_bytes()
}

/// The first line of what somebody says elsewhere, as a terminal may have it.
fn shown(text: &str) -> String {
    let line = harmless(text.lines().next().unwrap_or_default().trim());
    let line: String = line.chars().take(MAX_SHOWN).collect();
    if line.is_empty() { "it does not say why".to_owned() } else { line }
}

#[cfg(test)]
mod tests;
