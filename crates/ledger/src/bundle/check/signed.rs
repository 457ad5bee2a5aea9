//! Who signed for the records of a bundle.

use super::{Bundle, Finding, Sound, unseen};
use crate::bundle::{files, witnessed};
use assessment::Event;
use journal::VerifierKey;
use journal::checkpoint::CheckpointError;

impl Bundle<'_> {
    /// The checkpoint is signed with the key of the bundle, and with one that was given.
    pub(super) fn signature(&self) -> Finding {
        let checked = self.checkpoint.as_ref().map_err(Clone::clone).and_then(|signed| {
            let own = self.own_key()?;
            let said = |error: CheckpointError| error.to_string();
            signed.check(&own).map_err(said)?;
            if self.given.keys.is_empty() {
                return Ok("the bundle's own key signed the checkpoint".to_owned());
            }
            let key = signed.signer(self.given.keys);
            key.map_err(|error| format!("not by the key that was given: {error}"))?;
            Ok("the key that was given signed the checkpoint".to_owned())
        });
        checked.into()
    }

    pub(super) fn own_key(&self) -> Result<VerifierKey, String> {
        let text = self.files.get(files::KEY).ok_or("log.vkey is missing")?;
        let text = std::str::from_utf8(text).map_err(|_| "log.vkey is not text")?;
        text.trim_end().parse().map_err(|error| format!("log.vkey: {error}"))
    }

    /// The cosignatures hold, there is no signature that nobody can check, and a policy that was
    /// given takes the checkpoint.
    pub(super) fn witnesses(&self) -> Finding {
        let checked = self.own_key().and_then(|key| {
            let signed = self.checkpoint.as_ref().map_err(Clone::clone)?;
            if self.policy.is_none() && self.files.contains_key(files::POLICY) {
                return Err("policy is not one".to_owned());
            }
            let known = witnessed::only_known(signed, &key, self.policy.as_ref());
            if known.map(|it| it.to_bytes()).as_ref() != self.files.get(files::CHECKPOINT) {
                return Err("there are signatures of others than the policy names".to_owned());
            }
            let mut said = "none came along".to_owned();
            for (policy, whose) in
                [(self.policy.as_ref(), "the bundle's policy"), (self.given.policy, "yours")]
            {
                let Some(policy) = policy else { continue };
                let judgement =
                    policy.judge(signed).map_err(|error| format!("{whose}: {error}"))?;
                said = format!("{judgement} ({whose})");
                if !judgement.is_accepted() {
                    return Err(said);
                }
            }
            Ok(said)
        });
        checked.into()
    }

    /// The key is the last one that the records name, and each took the place of the one before.
    pub(super) fn key(&self) -> Finding {
        let Ok(records) = &self.records else { return unseen("the records do not hold") };
        let checked = self.own_key().and_then(|own| {
            let keys = keys(records)?;
            let (last, position) = keys.last().ok_or("no record names a key")?;
            if *last != own {
                return Err(format!("record {position} names another key than log.vkey"));
            }
            let origin = records.first().and_then(|it| match &it.event {
                Event::LedgerOpened(opened) => Some(opened.origin.as_str()),
                _ => None,
            });
            match origin == Some(own.name()) {
                true => Ok(format!("record {position} names it")),
                false => Err("record 0 does not open the log that it is a key of".to_owned()),
            }
        });
        checked.into()
    }
}

/// The keys that the records name, with where, each signed by the one before unless that was lost.
fn keys(records: &[Sound<'_>]) -> Result<Vec<(VerifierKey, u64)>, String> {
    let mut keys: Vec<(VerifierKey, u64)> = Vec::new();
    for Sound { record, event } in records {
        let position = record.position;
        let text = match (event, keys.last()) {
            (Event::LedgerKeyRecorded(event), None) => &event.key,
            (Event::LedgerKeyRotated(event), Some((last, _))) => {
                let signs = |it: &str| last.has_signed(last.name(), record.request, it);
                if event.previous.as_str() != last.to_string()
                    || !record.signature.is_none_or(signs)
                {
                    return Err(format!("record {position} does not follow the key before"));
                }
                &event.key
            }
            (Event::LedgerKeyRecorded(_) | Event::LedgerKeyRotated(_), _) => {
                return Err(format!("record {position} is not the key's turn"));
            }
            _ => continue,
        };
        let key = text.as_str().parse().map_err(|error| format!("record {position}: {error}"))?;
        keys.push((key, position));
    }
    Ok(keys)
}
