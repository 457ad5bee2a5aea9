//! The data of commands about all bodies together.

use crate::content::Content;
use crate::framework::OrganisationKind;
use crate::text::Name;
use crate::{PersonId, StatementId, ThemeId};
use serde::{Deserialize, Serialize};

/// Data of [`Command::PublishNationalReport`](super::Command::PublishNationalReport): it is put
/// together when it is recorded, and so is of that day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishNationalReport {
    /// Who releases it; if absent, whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The kind of bodies that are counted.
    pub kind: OrganisationKind,
    /// The quality statement that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementId>,
    /// What it says in words; released with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
    /// The theme that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<ThemeId>,
    /// What it is called.
    pub title: Name,
}
