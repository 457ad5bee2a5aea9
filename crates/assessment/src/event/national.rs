//! The data of events about all bodies together.

use crate::content::{Content, Digest};
use crate::framework::OrganisationKind;
use crate::text::Name;
use crate::{NationalId, PartialDate, PersonId, StatementId, ThemeId};
use serde::{Deserialize, Serialize};

/// Data of [`Event::NationalReportPublished`](super::Event::NationalReportPublished).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NationalReportPublished {
    /// Who released it.
    pub by: PersonId,
    /// The kind of bodies that are counted.
    pub kind: OrganisationKind,
    /// The id that it got.
    pub national: NationalId,
    /// When: what was published by then is counted.
    pub published_on: PartialDate,
    /// BLAKE3 of the released report, which lies in the clear under this name.
    pub released: Digest,
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
