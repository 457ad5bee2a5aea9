//! Whom somebody trusts: the logs and witnesses that they know, and how many of them must agree
//! (C2SP tlog-policy).
//!
//! ```text
//! log     KEY [URL]
//! witness NAME KEY [URL]
//! group   NAME any|all|COUNT MEMBER...     of witnesses and groups that stand above
//! quorum  NAME|none                        exactly once
//! ```
//!
//! A line that begins with `#` says nothing. Names are octets; they are text only where they are
//! shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::note::{Algorithm, KeyError, VerifierKey};

/// How many logs, witnesses and groups a policy may have together.
const MAX_DEFINED: usize = 1_000;

/// Whom somebody trusts.
#[derive(Debug, Clone)]
pub struct Policy {
    logs: Vec<KnownLog>,
    witnesses: Vec<KnownWitness>,
    /// Witnesses and groups in the order of their lines: a group's members stand before it.
    nodes: Vec<Node>,
    /// The node that must have witnessed a checkpoint; nothing for `none`.
    quorum: Option<usize>,
}

/// A log that is trusted to have one history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLog {
    /// Its key, whose name is the log's origin.
    pub key: VerifierKey,
    /// Where it is.
    pub url: Option<String>,
}

/// A witness that is trusted to have looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownWitness {
    /// What the policy calls it.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where it is asked.
    pub url: Option<String>,
}

/// What a policy says of a checkpoint that is signed by a log it trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The key of the log that signed it; nothing, if the policy names no log.
    pub log: Option<VerifierKey>,
    /// The witnesses whose cosignatures hold, each with the time that it names.
    pub cosigned: Vec<(KnownWitness, u64)>,
    /// Whether these are enough.
    pub quorum: Quorum,
    /// How many of the witnesses that count have cosigned, and how many there are.
    counted: (usize, usize),
}

/// Whether enough witnesses have cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quorum {
    /// The policy asks for none.
    NotAsked,
    /// They have.
    Met,
    /// They have not.
    Missed {
        /// What the policy asks for, in its own names.
        needed: String,
    },
}

/// Why a file is no policy: the line, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct PolicyError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: Wrong,
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Its form.
    #[error("{0}")]
    Form(&'static str),
    /// Its first word.
    #[error("`{0}` is none of log, witness, group and quorum")]
    Word(String),
    /// Its key is none.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// Its key signs something else.
    #[error("`{0}` is the key of a {1}, and none belongs here")]
    Algorithm(String, &'static str),
    /// The public key was there before.
    #[error("the key of `{0}` has the public key of line {1}")]
    SameKey(String, usize),
    /// The name was there before.
    #[error("`{0}` is defined in line {1}")]
    SameName(String, usize),
    /// The name is not to be used here.
    #[error("`none` cannot be {0}")]
    None(&'static str),
    /// Nothing of that name stands above.
    #[error("no witness or group above is called `{0}`")]
    Unknown(String),
    /// A member of two groups, or twice of one.
    #[error("`{0}` is a member of a group in line {1}, and could count twice")]
    MemberTwice(String, usize),
    /// The number of a group cannot be reached, or asks for nothing.
    #[error("`{0}` is not any, all, or a number from 1 to the number of members, {1}")]
    Count(String, usize),
    /// A second quorum.
    #[error("the quorum is defined in line {0}")]
    SecondQuorum(usize),
}

#[derive(Debug, Clone)]
struct Node {
    name: String,
    rule: Rule,
}

#[derive(Debug, Clone)]
enum Rule {
    /// The witness at this index.
    Witness(usize),
    /// So many of these nodes, all of which stand before this one.
    Group { needed: usize, members: Vec<usize> },
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] for the first line that does not fit.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        let mut reading = Reading::default();
        let mut number = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            number += 1;
            let taken = line_of(line).and_then(|words| match words.is_empty() {
                true => Ok(()),
                false => reading.take(number, &words),
            });
            taken.map_err(|why| PolicyError { line: number, why })?;
        }
        let (_, quorum) = reading.quorum.ok_or(PolicyError {
            line: number + 1,
            why: Wrong::Form("the file ends without a line `quorum NAME` or `quorum none`"),
        })?;
        let Reading { logs, witnesses, nodes, .. } = reading;
        Ok(Self { logs, witnesses, nodes, quorum })
    }

    /// The logs that it trusts; if there are none, they are known from elsewhere.
    pub fn logs(&self) -> &[KnownLog] {
        &self.logs
    }

    /// The witnesses that it knows, whether they count or not.
    pub fn witnesses(&self) -> &[KnownWitness] {
        &self.witnesses
    }

    /// Judges a checkpoint. Where the policy names no log, whoever asks checks with the log's key
    /// that the log signed it: a quorum alone does not say whose history it is.
    ///
    /// # Errors
    ///
    /// A checkpoint of another log or not signed by one that is trusted, and a signature of a
    /// trusted log or a known witness that does not hold.
    pub fn judge(&self, signed: &SignedCheckpoint) -> Result<Judgement, CheckpointError> {
        let log = self.log_of(signed)?;
        let keys: Vec<_> = self.witnesses.iter().map(|witness| witness.key.clone()).collect();
        let cosigned = signed.cosigned_by(&keys)?;
        let time = |witness: &KnownWitness| {
            Some(cosigned.iter().find(|cosigned| cosigned.key == witness.key)?.time)
        };
        let has: Vec<bool> = self.witnesses.iter().map(|it| time(it).is_some()).collect();
        let met = self.met(&has);
        let quorum = match self.quorum {
            None => Quorum::NotAsked,
            Some(node) if met[node] => Quorum::Met,
            Some(node) => Quorum::Missed { needed: self.needed(node) },
        };
        let counting = self.counting();
        let counted = counting.iter().filter(|index| has[**index]).count();
        let known = self.witnesses.iter();
        Ok(Judgement {
            log,
            cosigned: known.filter_map(|it| Some((it.clone(), time(it)?))).collect(),
            quorum,
            counted: (counted, counting.len()),
        })
    }

    /// The log that signed it, all of whose keys that stand there hold.
    fn log_of(&self, signed: &SignedCheckpoint) -> Result<Option<VerifierKey>, CheckpointError> {
        let mut by = None;
        let mut refused = None;
        for log in &self.logs {
            match signed.check(&log.key) {
                Ok(()) => by = by.or_else(|| Some(log.key.clone())),
                Err(error @ CheckpointError::Forged { .. }) => return Err(error),
                // Of two keys of one log that did not sign, the first is named.
                Err(error @ CheckpointError::Unsigned { .. }) => match refused {
                    Some(CheckpointError::Unsigned { .. }) => {}
                    _ => refused = Some(error),
                },
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        match (by, refused) {
            (None, Some(error)) => Err(error),
            (by, _) => Ok(by),
        }
    }

    /// Which nodes have witnessed what these witnesses have cosigned.
    fn met(&self, has: &[bool]) -> Vec<bool> {
        let mut met: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let is_met = match &node.rule {
                Rule::Witness(index) => has[*index],
                Rule::Group { needed, members } => {
                    members.iter().filter(|member| met[**member]).count() >= *needed
                }
            };
            met.push(is_met);
        }
        met
    }

    /// The witnesses that the quorum rests on; all of them, where it asks for none.
    fn counting(&self) -> BTreeSet<usize> {
        let Some(quorum) = self.quorum else { return (0..self.witnesses.len()).collect() };
        let mut counting = BTreeSet::new();
        let mut nodes = vec![quorum];
        while let Some(node) = nodes.pop() {
            match &self.nodes[node].rule {
                Rule::Witness(index) => drop(counting.insert(*index)),
                Rule::Group { members, .. } => nodes.extend(members),
            }
        }
        counting
    }

    fn needed(&self, node: usize) -> String {
        let Node { name, rule } = &self.nodes[node];
        match rule {
            Rule::Witness(_) => name.clone(),
            Rule::Group { needed, members } => {
                let members: Vec<_> =
                    members.iter().map(|member| self.nodes[*member].name.as_str()).collect();
                format!("{needed} of {}", members.join(", "))
            }
        }
    }
}

impl Judgement {
    /// Whether the policy takes the checkpoint: signed by a log, and seen by enough witnesses.
    pub fn is_accepted(&self) -> bool {
        !matches!(self.quorum, Quorum::Missed { .. })
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cosigned, known) = self.counted;
        let witnesses = if known == 1 { "witness" } else { "witnesses" };
        write!(f, "cosigned by {cosigned} of {known} {witnesses}")?;
        match &self.quorum {
            Quorum::NotAsked => f.write_str(", of which the policy asks for none"),
            Quorum::Met => f.write_str(", which is enough"),
            Quorum::Missed { needed } => write!(f, ", which is not enough: it takes {needed}"),
        }
    }
}

/// What is known of a policy while its lines are read.
#[derive(Default)]
struct Reading<'a> {
    logs: Vec<KnownLog>,
    witnesses: Vec<KnownWitness>,
    nodes: Vec<Node>,
    /// The line of the quorum, and what it names.
    quorum: Option<(usize, Option<usize>)>,
    /// The line in which each name is defined, and its node.
    names: BTreeMap<&'a [u8], (usize, usize)>,
    /// The line in which each node became a member.
    members: BTreeMap<usize, usize>,
    /// The line of each public key: of logs, and of witnesses.
    keys: BTreeMap<(Role, [u8; 32]), usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Log,
    Witness,
}

impl<'a> Reading<'a> {
    fn take(&mut self, line: usize, words: &[&'a [u8]]) -> Result<(), Wrong> {
        let is_quorum = words.first() == Some(&&b"quorum"[..]);
        if self.logs.len() + self.nodes.len() >= MAX_DEFINED && !is_quorum {
            return Err(Wrong::Form("a policy has at most 1,000 logs, witnesses and groups"));
        }
        match words {
            [b"log", key, url @ ..] if url.len() < 2 => {
                let key = self.key(line, key, Role::Log)?;
                self.logs.push(KnownLog { key, url: url.first().map(|url| shown(url)) });
            }
            [b"log", ..] => return Err(Wrong::Form("expected `log KEY`, and a URL at most")),
            [b"witness", name, key, url @ ..] if url.len() < 2 => {
                self.is_free(name)?;
                let key = self.key(line, key, Role::Witness)?;
                let url = url.first().map(|url| shown(url));
                self.define(line, name, Rule::Witness(self.witnesses.len()));
                self.witnesses.push(KnownWitness { name: shown(name), key, url });
            }
            [b"witness", ..] => {
                return Err(Wrong::Form("expected `witness NAME KEY`, and a URL at most"));
            }
            [b"group", name, count, members @ ..] if !members.is_empty() => {
                self.is_free(name)?;
                let rule = self.group(line, count, members)?;
                self.define(line, name, rule);
            }
            [b"group", ..] => {
                return Err(Wrong::Form("expected `group NAME any|all|COUNT MEMBER...`"));
            }
            [b"quorum", name] => self.take_quorum(line, name)?,
            [b"quorum", ..] => return Err(Wrong::Form("expected `quorum NAME` or `quorum none`")),
            [word, ..] => return Err(Wrong::Word(shown(word))),
            [] => {}
        }
        Ok(())
    }

    fn take_quorum(&mut self, line: usize, name: &[u8]) -> Result<(), Wrong> {
        if let Some((line, _)) = self.quorum {
            return Err(Wrong::SecondQuorum(line));
        }
        let node = if name == b"none" { None } else { Some(self.node(name)?) };
        self.quorum = Some((line, node));
        Ok(())
    }

    fn key(&mut self, line: usize, text: &[u8], role: Role) -> Result<VerifierKey, Wrong> {
        let key: VerifierKey = shown(text).parse()?;
        match (role, key.algorithm()) {
            (Role::Log, Algorithm::Note) | (Role::Witness, Algorithm::Cosignature) => {}
            (_, Algorithm::Note) => return Err(Wrong::Algorithm(shown(text), "log")),
            (_, Algorithm::Cosignature) => return Err(Wrong::Algorithm(shown(text), "witness")),
        }
        match self.keys.insert((role, *key.public_key()), line) {
            Some(before) => Err(Wrong::SameKey(shown(text), before)),
            None => Ok(key),
        }
    }

    fn group(&mut self, line: usize, count: &[u8], members: &[&'a [u8]]) -> Result<Rule, Wrong> {
        let mut nodes = Vec::new();
        for name in members {
            if *name == b"none" {
                return Err(Wrong::None("a member of a group"));
            }
            let node = self.node(name)?;
            // A witness that counted in two ways would be worth two.
            if let Some(before) = self.members.insert(node, line) {
                return Err(Wrong::MemberTwice(shown(name), before));
            }
            nodes.push(node);
        }
        let needed = match count {
            b"any" => 1,
            b"all" => nodes.len(),
            digits => number(digits)
                .filter(|number| (1..=nodes.len()).contains(number))
                .ok_or_else(|| Wrong::Count(shown(digits), nodes.len()))?,
        };
        Ok(Rule::Group { needed, members: nodes })
    }

    fn is_free(&self, name: &[u8]) -> Result<(), Wrong> {
        if name == b"none" {
            return Err(Wrong::None("the name of a witness or a group"));
        }
        match self.names.get(name) {
            Some((line, _)) => Err(Wrong::SameName(shown(name), *line)),
            None => Ok(()),
        }
    }

    fn define(&mut self, line: usize, name: &'a [u8], rule: Rule) {
        self.names.insert(name, (line, self.nodes.len()));
        self.nodes.push(Node { name: shown(name), rule });
    }

    fn node(&self, name: &[u8]) -> Result<usize, Wrong> {
        let (_, node) = self.names.get(name).ok_or_else(|| Wrong::Unknown(shown(name)))?;
        Ok(*node)
    }
}

/// The words of a line; none, if it is empty or a comment.
fn line_of(line: &[u8]) -> Result<Vec<&[u8]>, Wrong> {
    // A file that was cut could name another quorum than the whole one.
    let line = line.strip_suffix(b"\n");
    let line = line.ok_or(Wrong::Form("the last line does not end with a newline"))?;
    if line.iter().any(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f) {
        return Err(Wrong::Form("it holds a control character (are the line ends those of Unix?)"));
    }
    let words = line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
    let words: Vec<_> = words.collect();
    let is_comment = words.first().is_some_and(|word| word.starts_with(b"#"));
    Ok(if is_comment { Vec::new() } else { words })
}

/// A decimal without sign and leading zeros.
fn number(digits: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(digits).ok()?;
    let number: usize = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A word as it may be shown, whoever wrote the file: nothing in it steers a terminal.
fn shown(word: &[u8]) -> String {
    String::from_utf8_lossy(word).replace(char::is_control, "\u{fffd}")
}

#[cfg(test)]
mod tests;
