//! What can be asked of the ledger: the commands, as they are submitted.

mod after;
mod data;
mod evidence;
mod keys;
mod national;
mod samples;
mod steps;

pub use after::*;
pub use data::*;
pub use evidence::*;
pub use keys::*;
pub use national::*;
pub use samples::*;
pub use steps::*;

use crate::OrganisationCode;
use crate::state::State;

/// Why the `data` of a submission cannot be read as a command.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// No command has this name.
    #[error("`{0}` is not a command")]
    UnknownKind(String),
    /// The data do not have the shape of their command.
    #[error("{source}")]
    Malformed {
        /// The command's name.
        kind: &'static str,
        /// What is wrong with its data.
        source: serde_json::Error,
    },
}

/// Defines [`Command`]: one variant a command, named alike.
macro_rules! commands {
    ($($(#[$doc:meta])* $variant:ident = $kind:literal,)*) => {
        /// Something that somebody wants recorded.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Command {
            $($(#[$doc])* $variant($variant),)*
        }

        impl Command {
            /// Every command's name.
            pub const KINDS: &[&str] = &[$($kind),*];

            /// The command's name, as it is submitted.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)* }
            }

            /// The submitted `data`.
            pub fn encode(&self) -> serde_json::Value {
                let data = match self { $(Self::$variant(data) => serde_json::to_value(data),)* };
                data.expect("commands hold only texts, integers, lists and objects of these")
            }

            /// Reads submitted `data`, as JSON text; the inverse of [`Command::encode`].
            pub fn decode(kind: &str, data: &str) -> Result<Self, CommandError> {
                match kind {
                    $($kind => serde_json::from_str(data)
                        .map(Self::$variant)
                        .map_err(|source| CommandError::Malformed { kind: $kind, source }),)*
                    _ => Err(CommandError::UnknownKind(kind.to_owned())),
                }
            }

            /// The JSON Schema of each command's data, by name.
            pub fn schemas() -> Vec<(&'static str, schemars::Schema)> {
                vec![$(($kind, schemars::schema_for!($variant)),)*]
            }
        }

        $(impl From<$variant> for Command {
            fn from(data: $variant) -> Self {
                Self::$variant(data)
            }
        })*
    };
}

commands! {
    /// Take a framework into use.
    AdoptFramework = "adopt_framework",
    /// Make a body known that can be assessed.
    RegisterOrganisation = "register_organisation",
    /// Correct what is known of a body.
    AmendOrganisation = "amend_organisation",
    /// Merge bodies into another.
    SucceedOrganisations = "succeed_organisations",
    /// Make an authority part of a system's area.
    AddAreaMember = "add_area_member",
    /// End an authority's membership of a system's area.
    EndAreaMember = "end_area_member",
    /// Open an assessment.
    OpenAssessment = "open_assessment",
    /// Take in a publication from before this ledger.
    ImportPublication = "import_publication",
    /// Review a score.
    ReviewScore = "review_score",
    /// Say or change what is planned for an assessment, or its team.
    AmendAssessment = "amend_assessment",
    /// End an assessment without a publication.
    CancelAssessment = "cancel_assessment",
    /// Ask for evidence.
    RequestEvidence = "request_evidence",
    /// Enter evidence that has arrived.
    SubmitEvidence = "submit_evidence",
    /// Use evidence in an assessment.
    UseEvidence = "use_evidence",
    /// Rely on evidence no more.
    WithdrawEvidence = "withdraw_evidence",
    /// Erase the content of evidence.
    EraseEvidence = "erase_evidence",
    /// Change the process part of a framework from a date on.
    ReviseProcess = "revise_process",
    /// Convene a calibration panel.
    ConvenePanel = "convene_panel",
    /// Record what a panel decided on the scores of an assessment.
    DecidePanel = "decide_panel",
    /// Record that a panel confirmed scores that had changed since its decision.
    ConfirmPanel = "confirm_panel",
    /// Write a passage of a draft report.
    WriteDraft = "write_draft",
    /// Share a draft report for the factual accuracy check.
    ShareDraft = "share_draft",
    /// Give a recipient more time for comments.
    ExtendDraft = "extend_draft",
    /// Record that a recipient has no (further) comments.
    ConfirmDraft = "confirm_draft",
    /// Record a factual accuracy comment.
    SubmitComment = "submit_comment",
    /// Decide what becomes of a comment.
    ResolveComment = "resolve_comment",
    /// Make the bank holidays of a year known.
    AddCalendar = "add_calendar",
    /// Publish a report.
    MakePublication = "make_publication",
    /// Take a publication back.
    WithdrawPublication = "withdraw_publication",
    /// Publish what takes the place of a publication.
    ReissuePublication = "reissue_publication",
    /// Record a letter of a section 50 notification.
    NotifySection50 = "notify_section_50",
    /// Record that a review of the rating process was asked for.
    RequestProcessReview = "request_process_review",
    /// Decide on a review of the rating process.
    DecideProcessReview = "decide_process_review",
    /// Record financial facts of a year.
    RecordFinance = "record_finance",
    /// Record that two sources state different values.
    RecordConflict = "record_conflict",
    /// Make an erroneous record void.
    StrikeOut = "strike_out",
    /// Publish a report on all bodies together.
    PublishNationalReport = "publish_national_report",
    /// Make the public key of the checkpoints known.
    RecordLedgerKey = "record_ledger_key",
    /// Put another key in its place.
    RotateLedgerKey = "rotate_ledger_key",
    /// Settle what is sampled.
    CommitSample = "commit_sample",
    /// Record the seed of a sample.
    SeedSample = "seed_sample",
    /// Draw a sample.
    DrawSample = "draw_sample",
    /// Score an item of a sample without knowing its score.
    ScoreSampleItem = "score_sample_item",
    /// Record whether an item of a sample is right.
    JudgeSampleItem = "judge_sample_item",
}

impl Command {
    /// The stream that an expected version is about: that of the thing the command is given for.
    pub fn stream(&self, state: &State) -> String {
        let assessment = |id: &crate::AssessmentId| format!("assessment/{id}");
        let organisation = |code: &OrganisationCode| format!("organisation/{code}");
        match self {
            Self::AdoptFramework(command) => format!("framework/{}", command.framework.id),
            Self::ReviseProcess(command) => format!("framework/{}", command.framework),
            Self::RegisterOrganisation(command) => organisation(&command.code),
            Self::AmendOrganisation(command) => organisation(&command.code),
            Self::SucceedOrganisations(command) => organisation(&command.into),
            Self::AddAreaMember(command) => organisation(&command.system),
            Self::EndAreaMember(command) => organisation(&command.system),
            Self::OpenAssessment(command) => organisation(&command.organisation),
            Self::ImportPublication(command) => organisation(&command.organisation),
            Self::ReviewScore(command) => {
                let default = || state.last_published(command.organisation);
                match command.assessment.or_else(default) {
                    Some(id) => assessment(&id),
                    None => organisation(&command.organisation),
                }
            }
            Self::AmendAssessment(command) => assessment(&command.assessment),
            Self::CancelAssessment(command) => assessment(&command.assessment),
            Self::RequestEvidence(command) => organisation(&command.organisation),
            Self::SubmitEvidence(command) => match command.organisations.first() {
                Some(first) => organisation(first),
                None => "ledger".to_owned(),
            },
            Self::UseEvidence(command) => assessment(&command.assessment),
            Self::WithdrawEvidence(command) => organisation(&command.evidence.organisation()),
            Self::EraseEvidence(command) => organisation(&command.evidence.organisation()),
            Self::ConvenePanel(command) => match command.assessments.first() {
                Some(first) => assessment(first),
                None => "ledger".to_owned(),
            },
            Self::DecidePanel(command) => assessment(&command.assessment),
            Self::ConfirmPanel(command) => assessment(&command.assessment),
            Self::WriteDraft(command) => assessment(&command.assessment),
            Self::ShareDraft(command) => assessment(&command.assessment),
            Self::ExtendDraft(command) => assessment(&command.assessment),
            Self::ConfirmDraft(command) => assessment(&command.assessment),
            Self::SubmitComment(command) => assessment(&command.assessment),
            Self::ResolveComment(command) => assessment(&command.comment.assessment()),
            Self::AddCalendar(_) => "calendar/england".to_owned(),
            Self::PublishNationalReport(_) | Self::CommitSample(_) => "ledger".to_owned(),
            Self::SeedSample(command) => format!("sample/{}", command.sample),
            Self::DrawSample(command) => format!("sample/{}", command.sample),
            Self::ScoreSampleItem(command) => format!("sample/{}", command.sample),
            Self::JudgeSampleItem(command) => format!("sample/{}", command.sample),
            Self::RecordLedgerKey(_) | Self::RotateLedgerKey(_) => "key/ledger".to_owned(),
            Self::MakePublication(command) => assessment(&command.assessment),
            Self::WithdrawPublication(command) => assessment(&command.publication.assessment()),
            Self::ReissuePublication(command) => assessment(&command.publication.assessment()),
            Self::NotifySection50(command) => assessment(&command.assessment),
            Self::RequestProcessReview(command) => assessment(&command.publication.assessment()),
            Self::DecideProcessReview(command) => assessment(&command.publication.assessment()),
            Self::RecordFinance(command) => organisation(&command.organisation),
            Self::RecordConflict(command) => assessment(&command.assessment),
            Self::StrikeOut(command) => match state.records.get(&command.position) {
                Some(struck) => struck.stream(),
                None => "ledger".to_owned(),
            },
        }
    }

    /// The organisations whose history a decision on it needs, as far as the state can tell: once
    /// they are loaded, there may be more.
    pub fn organisations(&self, state: &State) -> Vec<OrganisationCode> {
        let owners = |evidence: &[crate::EvidenceId]| -> Vec<OrganisationCode> {
            evidence.iter().map(crate::EvidenceId::organisation).collect()
        };
        match self {
            Self::AdoptFramework(_)
            | Self::ReviseProcess(_)
            | Self::AddCalendar(_)
            | Self::PublishNationalReport(_)
            | Self::RecordLedgerKey(_)
            | Self::RotateLedgerKey(_)
            | Self::CommitSample(_)
            | Self::SeedSample(_)
            | Self::DrawSample(_) => vec![],
            Self::ScoreSampleItem(command) => state.body_of(command.item.position()),
            Self::JudgeSampleItem(command) => state.body_of(command.item.position()),
            Self::RegisterOrganisation(command) => vec![command.code],
            Self::AmendOrganisation(command) => vec![command.code],
            Self::SucceedOrganisations(command) => {
                command.old.iter().copied().chain([command.into]).collect()
            }
            Self::AddAreaMember(command) => vec![command.system, command.authority],
            Self::EndAreaMember(command) => vec![command.system, command.authority],
            Self::OpenAssessment(command) => vec![command.organisation],
            Self::ImportPublication(command) => vec![command.organisation],
            Self::ReviewScore(command) => {
                [vec![command.organisation], owners(&command.evidence)].concat()
            }
            Self::AmendAssessment(command) => vec![command.assessment.organisation()],
            Self::CancelAssessment(command) => vec![command.assessment.organisation()],
            Self::RequestEvidence(command) => {
                let asked = command.of.unwrap_or(command.organisation);
                state.with_evidence_of(&[command.organisation, asked])
            }
            Self::SubmitEvidence(command) => {
                let asker = command.request.iter().map(crate::RequestId::organisation);
                command.organisations.iter().copied().chain(asker).collect()
            }
            Self::UseEvidence(command) => {
                let own = command.assessment.organisation();
                [vec![own], state.with_whom_it_is_about(&command.evidence)].concat()
            }
            Self::WithdrawEvidence(command) => vec![command.evidence.organisation()],
            Self::EraseEvidence(command) => vec![command.evidence.organisation()],
            Self::ConvenePanel(command) => {
                command.assessments.iter().map(crate::AssessmentId::organisation).collect()
            }
            Self::DecidePanel(command) => vec![command.assessment.organisation()],
            Self::ConfirmPanel(command) => vec![command.assessment.organisation()],
            Self::WriteDraft(command) => vec![command.assessment.organisation()],
            Self::ShareDraft(command) => state.behind(command.assessment),
            Self::ExtendDraft(command) => vec![command.assessment.organisation()],
            Self::ConfirmDraft(command) => vec![command.assessment.organisation()],
            Self::SubmitComment(command) => {
                let own = command.assessment.organisation();
                [vec![own], state.with_whom_it_is_about(&command.evidence)].concat()
            }
            Self::ResolveComment(command) => of_comment(command, state),
            Self::MakePublication(command) => state.behind(command.assessment),
            Self::WithdrawPublication(command) => vec![command.publication.organisation()],
            Self::ReissuePublication(command) => state.behind(command.publication.assessment()),
            Self::NotifySection50(command) => vec![command.assessment.organisation()],
            Self::RequestProcessReview(command) => vec![command.publication.organisation()],
            Self::DecideProcessReview(command) => vec![command.publication.organisation()],
            Self::RecordFinance(command) => vec![command.organisation],
            Self::RecordConflict(command) => vec![command.assessment.organisation()],
            Self::StrikeOut(command) => state.body_of(command.position),
        }
    }
}

fn of_comment(command: &ResolveComment, state: &State) -> Vec<OrganisationCode> {
    let own = command.comment.assessment().organisation();
    let comment = state.comment(command.comment);
    let evidence = comment.map_or(&[][..], |comment| &comment.facts.evidence);
    [vec![own], state.with_whom_it_is_about(evidence)].concat()
}

fn is_false(value: &bool) -> bool {
    !value
}
