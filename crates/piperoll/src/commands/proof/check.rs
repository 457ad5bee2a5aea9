//! `proof verify`: what a proof shows, and what it does not. No ledger is looked at.

use crate::cli::{ProofFormat, VerifyProof};
use crate::commands::harmless;
use crate::commands::key;
use crate::commands::witness::policy as read_policy;
use crate::exit::{DAMAGED, Failure, Outcome, USAGE};
use crate::render::{count, facts};
use crate::world;
use chrono::{DateTime, SecondsFormat};
use journal::checkpoint::CheckpointError;
use journal::policy::{Judgement, Policy};
use journal::proof::{ConsistencyProof, InclusionProof};
use journal::{Checkpoint, SignedCheckpoint, TreeHash, VerifierKey, record};
use serde_json::{Value, json};
use std::io::Write;

/// What a proof that holds was found to say.
struct Holds {
    what: What,
    /// The checkpoint that it leads to.
    checkpoint: Checkpoint,
    /// The key that signed it.
    key: VerifierKey,
    /// What a policy says of its witnesses, if one was given.
    judgement: Option<Judgement>,
}

enum What {
    Inclusion(Proved),
    Consistency { old: u64, root: TreeHash },
}

/// A record that is in a log.
struct Proved {
    position: u64,
    kind: String,
    stream: String,
    recorded_at: String,
    hash: String,
}

/// What is given beside the proof.
struct Given {
    keys: Vec<VerifierKey>,
    /// The older checkpoint and its file.
    against: Option<(SignedCheckpoint, String)>,
    policy: Option<Policy>,
}

/// `proof verify`.
pub fn verify(args: &VerifyProof, out: &mut dyn Write) -> Outcome {
    let given = given(args);
    let checked = given.and_then(|given| check(&world::read_bytes(&args.file)?, &given));
    match (checked, args.format) {
        (Ok(holds), ProofFormat::Text) => print(&holds, out),
        (Ok(holds), ProofFormat::Json) => Ok(writeln!(out, "{}", as_json(&holds))?),
        (Err(failure), format) => {
            if format == ProofFormat::Json && failure.code == DAMAGED {
                writeln!(out, "{}", json!({ "holds": false, "why": failure.cause }))?;
            }
            Err(failure)
        }
    }
}

fn given(args: &VerifyProof) -> Result<Given, Failure> {
    let keys = args.keys.iter().map(key::given).collect::<Result<Vec<_>, _>>()?;
    let against = args.against.as_ref().map(|file| {
        let signed = SignedCheckpoint::parse(&world::read_bytes(file)?);
        let signed = signed.map_err(|error| not_held(format!("{file} is {error}")))?;
        Ok::<_, Failure>((signed, file.clone()))
    });
    let policy = args.policy.as_deref().map(read_policy);
    Ok(Given { keys, against: against.transpose()?, policy: policy.transpose()? })
}

fn not_held(why: String) -> Failure {
    Failure::new(DAMAGED, format!("the proof does not hold: {why}")).hint(
        "it shows nothing then: if it is the right one, with the right key, ask for it again, and \
         show it to others who have a checkpoint of this log",
    )
}

fn check(bytes: &[u8], given: &Given) -> Result<Holds, Failure> {
    if bytes.starts_with(b"c2sp.org/tlog-proof@") {
        if given.against.is_some() {
            let cause = "--against is for proofs of consistency, and this is one of inclusion";
            return Err(Failure::new(USAGE, cause).hint("leave --against out"));
        }
        let proof = InclusionProof::parse(bytes).map_err(|error| not_held(error.to_string()))?;
        let what = What::Inclusion(included(&proof, given)?);
        return held(what, &proof.checkpoint, given);
    }
    if bytes.starts_with(b"old ") {
        let Some((old, file)) = &given.against else {
            let cause = "this proof of consistency is about an older checkpoint";
            return Err(Failure::new(USAGE, cause).hint("name it with --against"));
        };
        let proof = ConsistencyProof::parse(bytes).map_err(|error| not_held(error.to_string()))?;
        let what = grown(&proof, (old, file), given)?;
        return held(what, &proof.checkpoint, given);
    }
    let begin = "it begins neither as a proof of inclusion nor as one of consistency";
    Err(not_held(begin.to_owned()))
}

/// Signature first: the checkpoint is what all the rest is compared with.
fn signed(checkpoint: &SignedCheckpoint, what: &str, given: &Given) -> Result<(), Failure> {
    checkpoint.signer(&given.keys).map(drop).map_err(|error| {
        let failure = not_held(format!("{what}: {error}"));
        match error {
            CheckpointError::Unsigned { .. } => failure
                .hint("of a log whose key was replaced, older checkpoints need the older key too"),
            _ => failure,
        }
    })
}

fn included(proof: &InclusionProof, given: &Given) -> Result<Proved, Failure> {
    signed(&proof.checkpoint, "its checkpoint", given)?;
    let without = || not_held("there is no record in it (`extra`)".to_owned());
    let line = proof.extra.as_ref().ok_or_else(without)?;
    let Checkpoint { size, .. } = proof.checkpoint.checkpoint();
    let position = proof.index;
    proof.check(line).map_err(|_| {
        let of = count(*size, "record");
        not_held(format!("the record in it is not record {position} of the {of} signed for"))
    })?;
    // The log has this line: that it is no sound record is the log's fault, and not the proof's.
    let unsound = |why: String| {
        let cause = format!("the proof holds, but line {position} of the log is no sound record");
        Failure::new(DAMAGED, format!("{cause}: {}", harmless(&why)))
            .hint("the log signed for it: keep the proof, which shows that, and ask who keeps it")
    };
    let record = record::parse(line).map_err(|fault| unsound(fault.to_string()))?;
    if record.position != position {
        return Err(unsound(format!("it says that it is record {}", record.position)));
    }
    Ok(Proved {
        position,
        kind: record.kind.to_owned(),
        stream: record.stream.to_owned(),
        recorded_at: record.recorded_at.to_owned(),
        hash: record.hash.to_string(),
    })
}

fn grown(
    proof: &ConsistencyProof,
    (old, file): (&SignedCheckpoint, &str),
    given: &Given,
) -> Result<What, Failure> {
    signed(&proof.checkpoint, "its checkpoint", given)?;
    signed(old, file, given)?;
    let Checkpoint { origin, size, root } = old.checkpoint();
    let new = proof.checkpoint.checkpoint();
    // Of keys of several logs one may have signed the one, and one the other.
    if *origin != new.origin {
        return Err(not_held(format!("it is of {}, {file} of {origin}", new.origin)));
    }
    if *size != proof.old {
        let of = count(proof.old, "record");
        return Err(not_held(format!("it is about a checkpoint of {of}, {file} has {size}")));
    }
    proof.check(*root).map_err(|_| {
        let (old, new) = (count(*size, "record"), count(new.size, "record"));
        not_held(format!(
            "it does not show that the {new} signed for begin with the {old} of {file}"
        ))
    })?;
    Ok(What::Consistency { old: *size, root: *root })
}

fn held(what: What, signed: &SignedCheckpoint, given: &Given) -> Result<Holds, Failure> {
    let key = signed.signer(&given.keys).map_err(|error| not_held(error.to_string()))?;
    let judgement = given.policy.as_ref().map(|policy| policy.judge(signed));
    let judgement = judgement.transpose().map_err(|error| not_held(error.to_string()))?;
    if let Some(judgement) = judgement.as_ref().filter(|judgement| !judgement.is_accepted()) {
        return Err(not_held(format!("its checkpoint is {judgement}"))
            .hint("ask for one with a checkpoint that more of the policy's witnesses cosigned"));
    }
    Ok(Holds { what, checkpoint: signed.checkpoint().clone(), key: key.clone(), judgement })
}

const IN_ONE_VIEW: &str = "that the log shows everybody the same records under its name";

/// What holds in one sentence, what that means, and what it does not.
fn in_words(holds: &Holds) -> (String, String, Vec<String>) {
    let Checkpoint { origin, size, .. } = &holds.checkpoint;
    match &holds.what {
        What::Inclusion(Proved { position, .. }) => (
            format!("record {position} is in the log {origin}"),
            format!(
                "the log signed for this record, whole, at position {position} of its first {size}"
            ),
            vec![
                "that there is no other record".to_owned(),
                IN_ONE_VIEW.to_owned(),
                "that what the record says is true, or was not struck out later".to_owned(),
            ],
        ),
        What::Consistency { old, .. } => (
            format!("the log {origin} only grew, from {} to {size}", count(*old, "record")),
            format!("nothing of the first {} was changed, moved or removed", count(*old, "record")),
            vec![
                "what the records are".to_owned(),
                "that there are no more records than these by now".to_owned(),
                IN_ONE_VIEW.to_owned(),
            ],
        ),
    }
}

fn print(holds: &Holds, out: &mut dyn Write) -> Outcome {
    let (holding, shown, not_shown) = in_words(holds);
    let tree = |size: u64, root: TreeHash| format!("{}, root {root}", count(size, "record"));
    let mut lines = vec![("holds", holding), ("signed by", holds.key.to_string())];
    let Checkpoint { size, root, .. } = holds.checkpoint;
    match &holds.what {
        What::Inclusion(Proved { kind, stream, recorded_at, hash, .. }) => lines.extend([
            ("checkpoint", tree(size, root)),
            ("kind", kind.clone()),
            ("stream", stream.clone()),
            ("recorded at", recorded_at.clone()),
            ("hash", format!("{hash}, which is right")),
        ]),
        What::Consistency { old, root: old_root } => {
            lines.extend([("older", tree(*old, *old_root)), ("newer", tree(size, root))]);
        }
    }
    match &holds.judgement {
        None => lines.push(("witnesses", "not looked at: --policy names those you trust".into())),
        Some(judgement) => {
            lines.push(("witnesses", judgement.to_string()));
            let by = judgement.cosigned.iter();
            lines.extend(by.map(|(it, time)| ("", format!("{} at {}", it.name, instant(*time)))));
        }
    }
    lines.push(("shown", shown));
    let names = std::iter::once("not shown").chain(std::iter::repeat(""));
    lines.extend(names.zip(not_shown));
    facts(out, &lines)
}

fn as_json(holds: &Holds) -> Value {
    let (_, shown, not_shown) = in_words(holds);
    let Checkpoint { origin, size, root } = &holds.checkpoint;
    let mut object = json!({
        "holds": true, "origin": origin, "key": holds.key.to_string(),
        "size": size, "root": root.to_string(),
        "shown": shown, "not_shown": not_shown,
    });
    match &holds.what {
        What::Inclusion(Proved { position, kind, stream, recorded_at, hash }) => {
            object["proof"] = "inclusion".into();
            object["record"] = json!({
                "position": position, "kind": kind, "stream": stream,
                "recorded_at": recorded_at, "hash": hash,
            });
        }
        What::Consistency { old, root } => {
            object["proof"] = "consistency".into();
            object["old"] = json!({ "size": old, "root": root.to_string() });
        }
    }
    if let Some(judgement) = &holds.judgement {
        let cosigned = judgement.cosigned.iter().map(|(witness, time)| {
            let key = witness.key.to_string();
            json!({ "witness": witness.name, "key": key, "time": instant(*time) })
        });
        let (text, cosigned) = (judgement.to_string(), cosigned.collect::<Vec<_>>());
        object["witnesses"] = json!({ "judgement": text, "cosigned": cosigned });
    }
    object
}

/// Seconds since 1970 as an instant, or as they are where no calendar reaches.
fn instant(seconds: u64) -> String {
    let instant = i64::try_from(seconds).ok().and_then(|it| DateTime::from_timestamp(it, 0));
    let text = instant.map(|it| it.to_rfc3339_opts(SecondsFormat::Secs, true));
    text.unwrap_or_else(|| format!("second {seconds} after 1970"))
}
