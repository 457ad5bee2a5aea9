//! The report on all bodies together that a publication releases, as it lies in the clear under its
//! digest: counts, and the rating of no single body.

use crate::Ledger;
use crate::contents::{ContentError, Opened, digest};
use crate::error::Error;
use crate::questions::At;
use assessment::event::NationalReportPublished;
use assessment::{Content, Digest, MediaType, Name, NationalId};
use projections::{Counting, Grouping, NationalRow};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A released report on all bodies together: what was published of them, counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedNational {
    /// Which report.
    pub national: NationalId,
    /// The rows of `national` for what was published by then, but for those of a single body.
    pub rows: Vec<NationalRow>,
    /// What it says in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<ReleasedWords>,
    /// What it is called.
    pub title: Name,
}

/// Words of a national report, with what proves that they are those of its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedWords {
    /// The commitment that the record holds: BLAKE3 of the salt and the text.
    pub commitment: Digest,
    /// What the text is.
    pub media_type: MediaType,
    /// The salt of the commitment; a secret no longer.
    pub salt: Digest,
    /// The text.
    pub text: String,
}

/// Puts a report on all bodies together from the rows that count them; one line of JSON.
pub(crate) fn put_together(
    published: &NationalReportPublished,
    rows: &[NationalRow],
    open: &dyn Fn(&Content) -> Result<Opened, ContentError>,
) -> Result<Vec<u8>, Error> {
    let words = |content: &Content| -> Result<ReleasedWords, Error> {
        let Opened { clear, salt } = open(content)?;
        let not_text = |_| Error::NationalNotText { national: published.national };
        Ok(ReleasedWords {
            commitment: content.commitment,
            media_type: content.media_type.clone(),
            salt: salt.into(),
            text: String::from_utf8(clear).map_err(not_text)?,
        })
    };
    let report = ReleasedNational {
        national: published.national,
        // A row of one body would be the rating of that body.
        rows: rows.iter().filter(|row| row.bodies > 1).cloned().collect(),
        text: published.text.as_ref().map(words).transpose()?,
        title: published.title.clone(),
    };
    Ok(serde_json::to_vec(&report).expect("a report is texts and numbers"))
}

impl ReleasedWords {
    /// Whether the text is the one that was committed to.
    pub fn is_committed_to(&self) -> bool {
        let commitment = digest(self.commitment);
        vault::commits(&commitment, self.salt.as_bytes(), self.text.as_bytes())
    }
}

impl Ledger {
    /// A report on all bodies together as it was released, with its record; nothing if none of this
    /// id was published by then.
    pub fn national_report(
        &mut self,
        at: At,
        id: NationalId,
    ) -> Result<Option<(NationalReportPublished, ReleasedNational)>, Error> {
        let state = self.state(at, &|_| vec![])?;
        let Some(published) = state.national.get(&id).cloned() else { return Ok(None) };
        let (files, name) = (self.contents().released(), digest(published.released));
        let path = files.path(&name);
        let bytes = files.get(&name).map_err(ContentError::from)?;
        let bytes = bytes.ok_or_else(|| ContentError::Missing { path: path.clone() })?;
        let released = serde_json::from_slice::<ReleasedNational>(&bytes).ok();
        let released = released.filter(|released| released.national == id);
        let other = || ContentError::OtherNational { path, national: id };
        Ok(Some((published, released.ok_or_else(other)?)))
    }
}

/// What a national report counts: awarded ratings of real bodies, as published by its day.
pub(crate) fn counting(published: &NationalReportPublished) -> Counting {
    Counting {
        on: published.published_on.first_day(),
        kind: Some(published.kind),
        region: None,
        statement: published.statement,
        theme: published.theme,
        grouping: Grouping::Together,
        include: BTreeSet::new(),
    }
}
