//! A command as it is submitted, and what became of it.

use crate::contents::{ContentError, Contents, NewContent, seal};
use assessment::command::CommandError;
use assessment::{Command, Content, Digest, Event, InvalidText, MediaType, Rejection};
use journal::canonical::{NotCanonical, to_canonical};
use journal::{EncodeError, Hash, SigningKey};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::ops::Range;
use std::path::Path;

/// A command on its way into the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// The idempotency key.
    pub key: String,
    /// Hash of what was asked for, without the key.
    pub request: Hash,
    /// Refuse unless the stream has this version.
    pub expected_version: Option<u64>,
    /// What is asked for.
    pub command: Command,
    /// The signature over it, if it has one.
    pub signature: Option<String>,
    /// What it refers to and is not stored yet.
    pub contents: Vec<NewContent>,
    /// Digest of the line that it was read from, texts and files included, and what these became;
    /// only where there are such.
    pub line: Option<(vault::Digest, Vec<Content>)>,
}

/// A text that is not a submission.
#[derive(Debug, thiserror::Error)]
pub enum SubmissionError {
    /// Not one JSON object of the right members.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// The command or its data are something else than an object.
    #[error("a command is one JSON object with `kind` and `data`, and `data` is an object")]
    NotAnObject,
    /// No such command, or its data do not have its shape.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The JSON holds something that no record may hold.
    #[error("{0}")]
    NotCanonical(#[from] NotCanonical),
    /// A text or a file that was to be taken in cannot be.
    #[error("{name} cannot be read: {source}")]
    File {
        /// The file.
        name: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A text or a file stands where no content can be taken in.
    #[error("a text or a file can be taken in by `import` and by typed commands only")]
    NoIntake,
    /// A content is given twice, or not at all.
    #[error("a content is either a text or a file")]
    TextOrFile,
    /// What a text or a file is said to be is no media type.
    #[error(transparent)]
    MediaType(#[from] InvalidText),
    /// Content cannot be sealed.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The idempotency key has a form that no record may have.
    #[error("`{0}` cannot be a command's key (1 to 128 of A-Z a-z 0-9 . _ : / -)")]
    Key(String),
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is recorded (or, tried only, would be), at these positions.
    Recorded {
        /// Where its records stand.
        positions: Range<u64>,
        /// What they say, in order.
        records: Vec<Receipt>,
    },
    /// It had been recorded before, or what it asks for is so already.
    AlreadyThere {
        /// Where its first record stands, if it was this very command.
        position: Option<u64>,
    },
    /// The rules do not allow it.
    Refused(Rejection),
    /// What would come of it cannot be a record, as one that is too long.
    Unrecordable(EncodeError),
    /// It refers to content that it does not bring, which would be missing, or would be erased with
    /// that of another record.
    ContentMissing {
        /// The sealed file that it refers to.
        sealed: Digest,
    },
    /// What it needs beside the journal, as the key of a content, is not here.
    NotHere {
        /// What is missing, in words.
        why: String,
    },
    /// Its key belongs to another command.
    KeyReused {
        /// The key.
        key: String,
        /// Where the other command's first record stands, unless that was only tried.
        position: Option<u64>,
    },
    /// The stream does not have the version that was expected.
    Conflict {
        /// The stream.
        stream: String,
        /// The version that was expected.
        expected: u64,
        /// The version that it has.
        found: u64,
    },
}

/// A record that came of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// What happened.
    pub event: Event,
    /// What it is about.
    pub stream: String,
    /// Which record of its stream it is.
    pub version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    command: Option<String>,
    data: Map<String, Value>,
    expected_version: Option<u64>,
    kind: String,
}

/// Takes in texts and files that stand in commands.
///
/// Where a command's data want a reference to content, a line may have `{"text":"…"}` or
/// `{"file":"…"}` instead, with a `media_type` if it is not plain text or what the file's name
/// says. It is sealed, and the command that counts is the one with the reference in its place.
pub struct Intake<'a> {
    /// Where contents are kept.
    pub contents: &'a Contents,
    /// Draws randomness.
    pub random: &'a mut dyn FnMut(&mut [u8]),
}

impl Submission {
    /// Reads a submission; without a key of its own it gets the hash of what it asks for, so that
    /// the same line is recorded once however often it is submitted.
    pub fn parse(text: &str) -> Result<Self, SubmissionError> {
        Self::read(text, None)
    }

    fn read(text: &str, intake: Option<&mut Intake<'_>>) -> Result<Self, SubmissionError> {
        let Unique(mut value) = serde_json::from_str(text)?;
        if !value.is_object() || !value["data"].is_object() {
            return Err(SubmissionError::NotAnObject);
        }
        let clear = clear_contents(&mut value)?;
        let (mut contents, mut line) = (Vec::new(), None);
        if !clear.is_empty() {
            let intake = intake.ok_or(SubmissionError::NoIntake)?;
            let digest = vault::Digest::of(value.to_string().as_bytes());
            let references = intake.references(&digest, clear, &mut contents)?;
            replace(&mut value, &mut references.iter().cloned());
            line = Some((digest, references));
        }
        // What may not stand in a record, such as null, is not accepted in a command either.
        to_canonical(&value)?;
        let raw: Raw = serde_json::from_value(value)?;
        let data = Value::Object(raw.data);
        let command = Command::decode(&raw.kind, &data.to_string())?;
        let request = request(&raw.kind, data, raw.expected_version)?;
        let key = raw.command.unwrap_or_else(|| request.to_string());
        if !journal::record::is_key(&key) {
            return Err(SubmissionError::Key(key));
        }
        let expected_version = raw.expected_version;
        Ok(Self { key, request, expected_version, command, signature: None, contents, line })
    }

    /// A command that was made here, under a key that was drawn for it, or under the hash of what
    /// it asks for.
    pub fn new(
        command: Command,
        expected_version: Option<u64>,
        key: Option<String>,
    ) -> Result<Self, SubmissionError> {
        let request = request(command.kind(), command.encode(), expected_version)?;
        let key = key.unwrap_or_else(|| request.to_string());
        let (signature, contents, line) = (None, Vec::new(), None);
        Ok(Self { key, request, expected_version, command, signature, contents, line })
    }

    /// The same, signed with a key of the ledger of this origin.
    pub fn signed(self, key: &SigningKey, origin: &str) -> Self {
        let signature = Some(key.sign_command(origin, self.request));
        Self { signature, ..self }
    }

    /// The same, referring to contents that are not stored yet.
    pub fn with_contents(self, contents: Vec<NewContent>) -> Self {
        Self { contents, ..self }
    }
}

impl Intake<'_> {
    /// Reads a submission that may hold texts and files.
    pub fn parse(&mut self, text: &str) -> Result<Submission, SubmissionError> {
        Submission::read(text, Some(self))
    }

    /// What stands in the command for its contents: what stood there when the same line was taken
    /// in before, so that it is recorded once, and else what they are sealed to.
    fn references(
        &mut self,
        line: &vault::Digest,
        clear: Vec<(Vec<u8>, MediaType)>,
        contents: &mut Vec<NewContent>,
    ) -> Result<Vec<Content>, SubmissionError> {
        let known = self.contents.recall(line)?;
        if known.len() == clear.len() {
            // Brought again, as a crash may have come before the record. Where nothing of them is
            // there, as beside an older copy of the ledger, they are sealed anew.
            let again = known.iter().map(|content| self.contents.again(content));
            contents.extend(again.collect::<Result<Vec<_>, _>>()?.into_iter().flatten());
            if !contents.is_empty() {
                return Ok(known);
            }
        }
        for (clear, media_type) in clear {
            contents.push(seal(&clear, media_type, self.random)?);
        }
        Ok(contents.iter().map(|it| it.content.clone()).collect())
    }
}

/// A text or a file in place of a reference.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clear {
    text: Option<String>,
    file: Option<String>,
    media_type: Option<String>,
}

/// What stands for a text or a file once it has been read.
#[derive(Serialize)]
struct Taken {
    clear: String,
    media_type: MediaType,
}

const TAKEN: &str = "clear";

/// Reads every text and file in a command, in order, and leaves its hash in its place.
fn clear_contents(value: &mut Value) -> Result<Vec<(Vec<u8>, MediaType)>, SubmissionError> {
    let mut all = Vec::new();
    walk(&mut value["data"], &mut |value| {
        let Some(members) = value.as_object() else { return Ok(()) };
        let own = |name: &&String| matches!(name.as_str(), "text" | "file" | "media_type");
        if !members.keys().all(|name| own(&name)) || members.is_empty() {
            return Ok(());
        }
        // A command may have a member of that name, and its value is an object then.
        let Ok(clear) = serde_json::from_value::<Clear>(value.clone()) else { return Ok(()) };
        let (bytes, media_type) = match (clear.text, clear.file) {
            (Some(text), None) => (text.into_bytes(), "text/plain".to_owned()),
            (None, Some(name)) => {
                let bytes = std::fs::read(Path::new(&name))
                    .map_err(|source| SubmissionError::File { name: name.clone(), source })?;
                (bytes, media_type_of(&name))
            }
            (Some(_), Some(_)) | (None, None) => return Err(SubmissionError::TextOrFile),
        };
        let media_type: MediaType = clear.media_type.unwrap_or(media_type).parse()?;
        let hash = vault::Digest::of(&bytes).to_string();
        let taken = Taken { clear: hash, media_type: media_type.clone() };
        *value = serde_json::to_value(taken).expect("two texts");
        all.push((bytes, media_type));
        Ok(())
    })?;
    Ok(all)
}

/// What a file's name says that it is.
pub fn media_type_of(name: &str) -> String {
    mime_guess::from_path(name).first_or_octet_stream().essence_str().to_owned()
}

/// Puts references in the places that texts and files were read from.
fn replace(value: &mut Value, references: &mut dyn Iterator<Item = Content>) {
    let mut put = |value: &mut Value| {
        let is_taken = value.as_object().is_some_and(|members| members.contains_key(TAKEN));
        if let Some(content) = is_taken.then(|| references.next()).flatten() {
            *value = serde_json::to_value(content).expect("a reference is texts and a number");
        }
        Ok(())
    };
    walk(&mut value["data"], &mut put).expect("nothing here fails");
}

/// Visits every value in a value, what is inside first.
fn walk(
    value: &mut Value,
    visit: &mut dyn FnMut(&mut Value) -> Result<(), SubmissionError>,
) -> Result<(), SubmissionError> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| walk(item, visit))?,
        Value::Object(members) => members.values_mut().try_for_each(|item| walk(item, visit))?,
        _ => {}
    }
    visit(value)
}

/// A JSON value no object of which has a name twice: a [`Value`] would keep the last and say
/// nothing.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Unique;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
                let mut members = Map::new();
                while let Some(name) = map.next_key::<String>()? {
                    if members.contains_key(&name) {
                        return Err(de::Error::custom(format_args!("duplicate field `{name}`")));
                    }
                    members.insert(name, map.next_value::<Unique>()?.0);
                }
                Ok(Unique(Value::Object(members)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Unique, A::Error> {
                let mut items = Vec::new();
                while let Some(Unique(item)) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Unique(Value::Array(items)))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Unique, E> {
                Ok(Unique(Value::Null))
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Unique, E> {
                Ok(Unique(value.into()))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Unique, E> {
                Ok(Unique(value.into()))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Unique, E> {
                Ok(Unique(value.into()))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Unique, E> {
                Ok(Unique(value.into()))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Unique, E> {
                Ok(Unique(text.into()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// request = BLAKE3(RFC 8785 of {"data":…,"expected_version":…,"kind":…})
fn request(kind: &str, data: Value, expected_version: Option<u64>) -> Result<Hash, NotCanonical> {
    let mut submitted = json!({ "data": data, "kind": kind });
    if let Some(version) = expected_version {
        submitted["expected_version"] = version.into();
    }
    Ok(Hash::of(to_canonical(&submitted)?.as_bytes()))
}
