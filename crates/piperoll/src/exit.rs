//! How the program ends: the exit codes, which never change, and what is said before.

use crate::world;
use journal::{AppendError, CreateError};
use ledger::{ContentError, Error, KeyringError};
use std::io::ErrorKind;
use std::process::ExitCode;

/// Done.
pub const DONE: u8 = 0;
/// Refused by a rule, or something in a batch was; an unknown or ambiguous name, id or position.
pub const REFUSED: u8 = 1;
/// The command line was not understood.
pub const USAGE: u8 = 2;
/// Verification found damage.
pub const DAMAGED: u8 = 3;
/// A stream does not have the expected version.
pub const CONFLICT: u8 = 4;
/// It could not be done or looked at: disk, lock, permission, not a ledger, a newer format.
pub const UNABLE: u8 = 5;
/// A bug in this program.
pub const BUG: u8 = 70;
/// Somebody interrupted it.
pub const INTERRUPTED: u8 = 130;

/// Why the program ends other than well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What is wrong, with the offending value.
    pub cause: String,
    /// Where: a file and line, a record, a byte.
    pub place: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What a command comes to.
pub type Outcome = Result<(), Failure>;

impl Failure {
    /// A failure without place and hint.
    pub fn new(code: u8, cause: impl Into<String>) -> Self {
        Self { code, cause: cause.into(), place: None, hint: None }
    }

    /// The same, with where it is.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// The same, with what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Nothing more is to be said: everything that is wrong has been printed.
    pub fn said(code: u8) -> Self {
        Self::new(code, "")
    }

    /// Says it on the standard error, and gives the exit code.
    pub fn report(&self) -> ExitCode {
        if !self.cause.is_empty() {
            let red = anstyle::AnsiColor::Red.on_default().bold();
            world::say(format_args!("{red}error{red:#}: {}", self.cause));
            for (name, text) in [("place", &self.place), ("hint", &self.hint)] {
                if let Some(text) = text {
                    world::say(format_args!("{name:>5}: {text}"));
                }
            }
        }
        ExitCode::from(self.code)
    }
}

impl From<std::io::Error> for Failure {
    /// Of writing to the standard output; a reader that went away is no failure.
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::said(DONE);
        }
        Self::new(UNABLE, format!("the output cannot be written: {error}"))
            .hint("is there room on the disk?")
    }
}

impl From<ledger::NotFound> for Failure {
    fn from(error: ledger::NotFound) -> Self {
        Self::new(REFUSED, error.to_string())
            .hint("`piperoll organisation list` shows codes and names; a longer beginning may do")
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let cause = error.to_string();
        match error {
            Error::Journal(error) => error.into(),
            // Bytes may have reached the disk all the same; whole commands among them are kept.
            Error::Append(AppendError::Store(error)) => Self::from(error)
                .hint("look at `piperoll log` before repeating it: it may have been recorded"),
            Error::Create(CreateError::Store(error)) => error.into(),
            Error::Create(CreateError::NotAnOpening) => Self::new(BUG, cause),
            Error::Create(CreateError::Exists(_) | CreateError::NotEmpty(_)) => {
                Self::new(UNABLE, cause)
                    .hint("name another directory with --ledger or PIPEROLL_LEDGER")
            }
            Error::Append(AppendError::Conflict { .. }) => {
                Self::new(CONFLICT, cause).hint("look at what is new, and submit it again")
            }
            Error::Append(AppendError::NotHeld) => Self::new(BUG, cause),
            Error::NewerRecord { .. } => Self::new(UNABLE, cause)
                .hint("read it with the version that wrote it; `verify` still checks its bytes"),
            Error::Meaningless { .. } | Error::RecordsMissing { .. } | Error::Rewritten { .. } => {
                Self::new(DAMAGED, cause).hint(
                    "restore the journal from a copy; if you trust it as it is, delete `index/`: \
                     what was read before is then forgotten",
                )
            }
            Error::SeenMore { .. } => Self::new(DAMAGED, cause).hint(
                "records are missing, as after an older backup was restored: find the journal that \
                 has them; nothing was changed",
            ),
            Error::SeenOther { .. } => Self::new(DAMAGED, cause).hint(
                "the ledger was rewritten, or is another one of the same name; `piperoll verify` \
                 looks closer; nothing was changed",
            ),
            Error::Keyring(error) => (*error).into(),
            Error::ClockBehind { .. } => Self::new(UNABLE, cause).hint(
                "set the clock right; if it is right, --accept-clock records with the last \
                 record's time and the clock's reading",
            ),
            Error::NotAnOrigin(_) => Self::new(USAGE, cause)
                .hint("a name such as example.org/ledger: not empty, no space, no +, no scheme"),
            Error::NotAnInstant(_) => Self::new(USAGE, cause),
            Error::BeforeFirst { .. } => Self::new(REFUSED, cause).hint(
                "--as-of asks what this ledger knew then; --effective DATE asks what had \
                 happened by then",
            ),
            Error::OtherLog { .. } => Self::new(REFUSED, cause)
                .hint("the first line of a checkpoint names its ledger: open that one"),
            Error::CheckpointEmpty => {
                Self::new(REFUSED, cause).hint("name a checkpoint that was signed later")
            }
            Error::CheckpointLonger { .. } | Error::CheckpointDiffers { .. } => {
                Self::new(DAMAGED, cause).hint(
                    "this is an older copy, or the ledger was rewritten: `piperoll verify \
                     --against FILE` looks closer",
                )
            }
            Error::Content(error) => error.into(),
            Error::NotText { .. } | Error::NationalNotText { .. } => {
                Self::new(UNABLE, cause).hint("write the passage again, as UTF-8 text")
            }
            Error::DatesOnly => Self::new(USAGE, cause).hint(
                "positions and instants tell how much there is that is not published: give a day",
            ),
            Error::Index(ledger::Unusable::Busy) => {
                Self::new(UNABLE, cause).hint("try again when the other command is done")
            }
            Error::Index(_) => Self::new(UNABLE, cause)
                .hint("is `index/` writable? it may be deleted at any time: it is derived"),
        }
    }
}

impl From<ContentError> for Failure {
    fn from(error: ContentError) -> Self {
        let cause = error.to_string();
        match error {
            ContentError::NoKeys => Self::new(UNABLE, cause)
                .hint("--config or PIPEROLL_CONFIG names the directory of the keys"),
            ContentError::KeyMissing { .. } => Self::new(UNABLE, cause).hint(
                "open it where the keys are: --config or PIPEROLL_CONFIG names the directory",
            ),
            ContentError::TooLong(_) => {
                Self::new(REFUSED, cause).hint("enter it in parts, each as a piece of its own")
            }
            ContentError::Missing { .. }
            | ContentError::OtherReport { .. }
            | ContentError::OtherNational { .. }
            | ContentError::Differs { .. } => {
                Self::new(DAMAGED, cause).hint("`piperoll verify` lists everything that is damaged")
            }
            ContentError::Vault(error) => error.into(),
        }
    }
}

impl From<KeyringError> for Failure {
    fn from(error: KeyringError) -> Self {
        let cause = error.to_string();
        let hint = match &error {
            KeyringError::NoDirectory => "--config or PIPEROLL_CONFIG names the directory of keys",
            KeyringError::NotRecorded => "`piperoll key init` makes one and records it",
            KeyringError::Missing { .. } => {
                "do it where the key is: --config or PIPEROLL_CONFIG names the directory"
            }
            KeyringError::Several(_) => {
                "leave the one that is to be used, and move the others away"
            }
            KeyringError::Exposed(_) => {
                "`chmod 600` it; then, if somebody may have read it, `piperoll key rotate`"
            }
            KeyringError::NotAKey { .. } | KeyringError::NotACheckpoint(_) => {
                "restore the file from a copy; nothing was changed"
            }
            KeyringError::Io { source, .. } => {
                return Self::new(UNABLE, format!("{cause}: {source}")).hint(if_io(source.kind()));
            }
        };
        Self::new(UNABLE, cause).hint(hint)
    }
}

impl From<vault::Error> for Failure {
    fn from(error: vault::Error) -> Self {
        let cause = error.to_string();
        match error {
            vault::Error::Damaged { .. } | vault::Error::NotAKey(_) => {
                Self::new(DAMAGED, cause).hint("restore the file from a copy; nothing was changed")
            }
            vault::Error::OtherKey(_) => Self::new(UNABLE, cause).hint("run the command again"),
            vault::Error::Io { source, .. } => {
                Self::new(UNABLE, format!("{cause}: {source}")).hint(if_io(source.kind()))
            }
        }
    }
}

impl From<journal::Error> for Failure {
    fn from(error: journal::Error) -> Self {
        let cause = error.to_string();
        match error {
            journal::Error::NotALedger(_) => Self::new(UNABLE, cause).hint(
                "`piperoll init --origin NAME` begins a ledger; --ledger DIR or PIPEROLL_LEDGER \
                 names one",
            ),
            journal::Error::Unfinished(_) => {
                Self::new(UNABLE, cause).hint("run `piperoll init` again in the same place")
            }
            journal::Error::NewerFormat { .. } => {
                Self::new(UNABLE, cause).hint("read it with a newer version of piperoll")
            }
            journal::Error::Damaged(finding) => {
                Self::new(DAMAGED, format!("damaged: {}: {}", finding.check, finding.why))
                    .at(format!(
                        "record {}, {} byte {}",
                        finding.position, finding.file, finding.offset
                    ))
                    .hint("`piperoll verify` lists everything that is damaged; nothing was changed")
            }
            journal::Error::NoSuchRecord { .. } => {
                Self::new(REFUSED, cause).hint("positions count from 0; `piperoll log` lists them")
            }
            journal::Error::Poisoned => Self::new(UNABLE, cause).hint("run the command again"),
            journal::Error::Io { source, .. } => {
                Self::new(UNABLE, format!("{cause}: {source}")).hint(if_io(source.kind()))
            }
        }
    }
}

/// What to do about a failure of the disk.
fn if_io(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotADirectory => "--ledger DIR or PIPEROLL_LEDGER names a ledger's directory",
        ErrorKind::PermissionDenied => "ask for permission, or use a copy",
        ErrorKind::StorageFull => "make room on the disk, and try again",
        _ => "is the disk there and whole?",
    }
}
