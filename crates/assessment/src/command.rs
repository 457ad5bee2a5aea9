//! What can be asked of the ledger: the commands, as they are submitted.

use crate::event::{AssessmentKind, CorrectionReason, NameBasis, Programme, ReviewReason, Role};
use crate::framework::{Framework, OrganisationKind};
use crate::scoring::{Percent, Rating, Score};
use crate::state::State;
use crate::text::{Name, SourceUrl};
use crate::{
    AssessmentId, CategoryId, FrameworkId, OrganisationCode, PartialDate, PersonId, StatementId,
};
use serde::{Deserialize, Serialize};

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
}

/// Data of [`Command::AdoptFramework`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptFramework {
    /// From when on it is in use.
    pub adopted_on: PartialDate,
    /// The whole framework.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub framework: Box<Framework>,
}

/// Data of [`Command::RegisterOrganisation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterOrganisation {
    /// Other codes that it is known by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Name>,
    /// The date that the source of these facts is true for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_at: Option<PartialDate>,
    /// The code to find it by.
    pub code: OrganisationCode,
    /// Invented, for demonstration and training.
    #[serde(default, skip_serializing_if = "is_false")]
    pub fictional: bool,
    /// What it is.
    pub kind: OrganisationKind,
    /// The name to show.
    pub name: Name,
    /// Whether the name stands in the source (default) or was derived from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_basis: Option<NameBasis>,
    /// The name in law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official_name: Option<Name>,
    /// The region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Name>,
}

/// Data of [`Command::AmendOrganisation`]: what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendOrganisation {
    /// The organisation.
    pub code: OrganisationCode,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The name in law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official_name: Option<Name>,
    /// Why.
    pub reason: CorrectionReason,
    /// The region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Name>,
}

/// Data of [`Command::SucceedOrganisations`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SucceedOrganisations {
    /// The organisation that takes their place.
    pub into: OrganisationCode,
    /// The organisations that end.
    pub old: Vec<OrganisationCode>,
    /// The first day of the new order.
    pub on: PartialDate,
}

/// Data of [`Command::AddAreaMember`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddAreaMember {
    /// The local authority.
    pub authority: OrganisationCode,
    /// The first day of its membership.
    pub from: PartialDate,
    /// Where that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceUrl>,
    /// The integrated care system.
    pub system: OrganisationCode,
}

/// Data of [`Command::EndAreaMember`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndAreaMember {
    /// The local authority.
    pub authority: OrganisationCode,
    /// The integrated care system.
    pub system: OrganisationCode,
    /// The last day of its membership.
    pub to: PartialDate,
}

/// Data of [`Command::OpenAssessment`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAssessment {
    /// The framework that it is made under.
    pub framework: FrameworkId,
    /// What kind of assessment it is.
    pub kind: AssessmentKind,
    /// When it was opened.
    pub opened_on: PartialDate,
    /// Who is assessed.
    pub organisation: OrganisationCode,
}

/// Data of [`Command::ImportPublication`]: one row of a table of published assessments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportPublication {
    /// Take it as published although its scores give another result, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept_disagreement: Option<CorrectionReason>,
    /// The exact day of publication, where a source states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<PartialDate>,
    /// The framework to read it under.
    pub framework: FrameworkId,
    /// The month of publication.
    pub month: PartialDate,
    /// The body's name, used where the ledger does not know the body yet.
    pub name: Name,
    /// Who was assessed.
    pub organisation: OrganisationCode,
    /// Take it although no score is known.
    #[serde(default, skip_serializing_if = "is_false")]
    pub partial: bool,
    /// Pilot or formal.
    pub programme: Programme,
    /// The overall rating as published.
    pub rating: Rating,
    /// Correct what was taken in before for this organisation, programme and month, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace: Option<CorrectionReason>,
    /// The overall score as published, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Percent>,
    /// The statement scores as published, in the framework's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<Score>,
    /// Where it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceUrl>,
}

/// Data of [`Command::ReviewScore`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewScore {
    /// The assessment; if absent, the one of the organisation that was published last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentId>,
    /// Who decided; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The evidence category, under a framework that scores categories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
    /// Record it although a later-dated review exists, which it corrects.
    #[serde(default, skip_serializing_if = "is_false")]
    pub correction: bool,
    /// Who was assessed.
    pub organisation: OrganisationCode,
    /// Why.
    pub reason: ReviewReason,
    /// When it was decided.
    pub reviewed_on: PartialDate,
    /// In which role; if absent, as an assessor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The score, perhaps the same as before.
    pub score: Score,
    /// The quality statement.
    pub statement: StatementId,
    /// Refuse unless the score is still this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Score>,
}

impl Command {
    /// The stream that an expected version is about: that of the thing the command is given for.
    pub fn stream(&self, state: &State) -> String {
        match self {
            Self::AdoptFramework(command) => format!("framework/{}", command.framework.id),
            Self::RegisterOrganisation(command) => format!("organisation/{}", command.code),
            Self::AmendOrganisation(command) => format!("organisation/{}", command.code),
            Self::SucceedOrganisations(command) => format!("organisation/{}", command.into),
            Self::AddAreaMember(command) => format!("organisation/{}", command.system),
            Self::EndAreaMember(command) => format!("organisation/{}", command.system),
            Self::OpenAssessment(command) => format!("organisation/{}", command.organisation),
            Self::ImportPublication(command) => format!("organisation/{}", command.organisation),
            Self::ReviewScore(command) => {
                let default = || state.last_published(command.organisation);
                match command.assessment.or_else(default) {
                    Some(assessment) => format!("assessment/{assessment}"),
                    None => format!("organisation/{}", command.organisation),
                }
            }
        }
    }

    /// The organisations whose history a decision on it needs.
    pub fn organisations(&self) -> Vec<OrganisationCode> {
        match self {
            Self::AdoptFramework(_) => vec![],
            Self::RegisterOrganisation(command) => vec![command.code],
            Self::AmendOrganisation(command) => vec![command.code],
            Self::SucceedOrganisations(command) => {
                command.old.iter().copied().chain([command.into]).collect()
            }
            Self::AddAreaMember(command) => vec![command.system, command.authority],
            Self::EndAreaMember(command) => vec![command.system, command.authority],
            Self::OpenAssessment(command) => vec![command.organisation],
            Self::ImportPublication(command) => vec![command.organisation],
            Self::ReviewScore(command) => vec![command.organisation],
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}
