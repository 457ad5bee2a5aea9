//! `checkpoint`: what anybody can keep, and compare with the ledger later.

use super::witness::ask::{Refusal, ask};
use super::witness::policy as read_policy;
use super::{Home, open};
use crate::cli::SignCheckpoint;
use crate::exit::{DAMAGED, DONE, Failure, Outcome, REFUSED, UNABLE, USAGE};
use crate::render::count;
use crate::world;
use journal::policy::Policy;
use journal::{Hashes as _, SignedCheckpoint, VerifierKey};
use ledger::{At, Error, Ledger, Signed};
use std::io::Write;
use std::time::Duration;

/// `checkpoint`: the checkpoint itself goes to the standard output, to be kept.
pub fn run(home: &Home, args: &SignCheckpoint, out: &mut dyn Write) -> Outcome {
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let mut ledger = open(home)?;
    let signed = ledger.sign_checkpoint()?;
    say(&signed);
    let Some(policy) = policy else { return Ok(out.write_all(&signed.checkpoint.to_bytes())?) };
    let witnesses = addresses(args, &policy)?;
    trusts_the_key(&mut ledger, &signed.checkpoint, &policy, args)?;
    let (cosigned, worst) = witnessed(&mut ledger, &signed.checkpoint, &policy, &witnesses, args)?;
    out.write_all(&cosigned.to_bytes())?;
    let judgement = policy.judge(&cosigned).map_err(|error| {
        Failure::new(DAMAGED, format!("the policy does not take this checkpoint: {error}"))
            .hint("does its `log` line have the key that `piperoll key show` prints?")
    })?;
    match (judgement.is_accepted(), worst) {
        (_, DAMAGED) => Err(Failure::new(DAMAGED, format!("{judgement}, and one of them objects"))
            .hint("a witness has seen another history of this log: `piperoll verify`")),
        (true, _) => {
            world::say(judgement);
            Ok(())
        }
        (false, _) => Err(Failure::new(UNABLE, judgement.to_string())
            .hint("the checkpoint is signed and kept; the same command asks again")),
    }
}

/// Refuses a policy that trusts this log by keys of before only: after a rotation its line is old,
/// and nobody has seen another history.
fn trusts_the_key(
    ledger: &mut Ledger,
    signed: &SignedCheckpoint,
    policy: &Policy,
    args: &SignCheckpoint,
) -> Outcome {
    let keys = ledger.keys(At::default())?.keys;
    let trusts = |key: &VerifierKey| policy.logs().iter().any(|log| log.key == *key);
    let signer = keys.iter().find(|key| signed.check(key).is_ok());
    let (Some(signer), Some(old)) = (signer, keys.iter().find(|key| trusts(key))) else {
        return Ok(());
    };
    if trusts(signer) {
        return Ok(());
    }
    let file = args.policy.as_deref().unwrap_or_default();
    let cause = format!("the policy trusts a key that this ledger does not sign with now: {old}");
    Err(Failure::new(REFUSED, cause).at(format!("{file}, a line `log`")).hint(format!(
        "the line is to be `log {signer}`; the checkpoint is signed and kept, no witness was asked"
    )))
}

/// Which witnesses are asked, each by a name and an address.
fn addresses(args: &SignCheckpoint, policy: &Policy) -> Result<Vec<(String, String)>, Failure> {
    let named = policy.witnesses().iter();
    let named = named.filter_map(|it| Some((it.name.clone(), it.url.clone()?)));
    let given = args.witnesses.iter().map(|url| (url.clone(), url.clone()));
    let all: Vec<_> = if args.witnesses.is_empty() { named.collect() } else { given.collect() };
    if all.is_empty() {
        return Err(Failure::new(USAGE, "no witness has an address")
            .hint("a policy's line is `witness NAME KEY URL`; or name one with --witness URL"));
    }
    Ok(all)
}

/// Asks for cosignatures, tells what came of it, and keeps them; with the gravest exit code.
fn witnessed(
    ledger: &mut Ledger,
    signed: &SignedCheckpoint,
    policy: &Policy,
    witnesses: &[(String, String)],
    args: &SignCheckpoint,
) -> Result<(SignedCheckpoint, u8), Failure> {
    let end = ledger.end()?.head;
    let tree = ledger.store().tree(&end)?;
    let size = signed.checkpoint().size;
    let prove = |old| {
        let proof = tree.consistency(old, size).map_err(|error| tree.error(&error));
        proof.map_err(Failure::from)
    };
    let keys: Vec<_> = policy.witnesses().iter().map(|it| it.key.clone()).collect();
    let time = Duration::from_secs(args.timeout);
    let (mut lines, mut worst) = (Vec::new(), DONE);
    let answers = ask(witnesses, signed, &prove, &keys, time);
    // Meanwhile the ledger may have grown, and a witness have cosigned that for somebody else.
    let by_now = ledger.end()?.head.position + 1;
    for (name, answer) in answers {
        match answer {
            Ok(cosignatures) => {
                world::say(format_args!("{name}: cosigned"));
                lines.extend(cosignatures);
            }
            Err(Refusal::Ahead { seen, .. }) if seen <= by_now => {
                let of = count(seen, "record");
                world::say(format_args!("{name}: cosigned a later checkpoint meanwhile, of {of}"));
            }
            Err(refusal) => {
                world::say(format_args!("{name}: {refusal}"));
                let objects = matches!(refusal, Refusal::Ahead { .. } | Refusal::NotGrown(_));
                worst = worst.max(if objects { DAMAGED } else { DONE });
            }
        }
    }
    let cosigned = signed.with(&lines);
    ledger.add_cosignatures(&cosigned)?;
    Ok((cosigned, worst))
}

/// Signs a checkpoint of what was just recorded; where the key is not to be had, says so.
pub fn after(ledger: &mut Ledger, out: &mut dyn Write) -> Outcome {
    match ledger.sign_checkpoint() {
        Ok(signed) if signed.read_back.is_empty() => Ok(()),
        Ok(signed) => {
            let records = count(signed.checkpoint.checkpoint().size, "record");
            Ok(writeln!(out, "signed a checkpoint of {records}")?)
        }
        Err(Error::Keyring(error)) => {
            world::say(format_args!("note: no checkpoint: {error}"));
            Ok(())
        }
        Err(error) => Err(Failure::from(error).hint(
            "what was to be recorded is recorded; no checkpoint was signed: `piperoll verify` \
             lists what is damaged",
        )),
    }
}

fn say(signed: &Signed) {
    let records = count(signed.checkpoint.checkpoint().size, "record");
    world::say(match signed.read_back.is_empty() {
        true => format!("this checkpoint of {records} was signed before: nothing is new"),
        false => {
            let read = count(signed.read_back.end - signed.read_back.start, "record");
            format!("signed a checkpoint of {records}; {read} read back and hashed again for it")
        }
    });
}
