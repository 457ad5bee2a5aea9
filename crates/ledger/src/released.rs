//! The report that a publication releases, as it lies in the clear under its digest.

use crate::contents::{ContentError, Opened};
use crate::error::Error;
use assessment::event::PublicationMade;
use assessment::framework::Passage;
use assessment::{AssessmentId, Content, Digest, MediaType, PublicationId, State};
use serde::{Deserialize, Serialize};

/// A released report: its texts, each with what proves that it is the draft of its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedReport {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The publication.
    pub publication: PublicationId,
    /// The passages, in the order of the report.
    pub texts: Vec<ReleasedText>,
}

/// A passage of a released report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedText {
    /// The commitment that the record of its draft holds: BLAKE3 of the salt and the text.
    pub commitment: Digest,
    /// What the text is.
    pub media_type: MediaType,
    /// Which passage it is.
    pub passage: Passage,
    /// The salt of the commitment; a secret no longer.
    pub salt: Digest,
    /// The text.
    pub text: String,
}

impl ReleasedText {
    /// Whether the text is the one that was committed to.
    pub fn is_committed_to(&self) -> bool {
        let commitment = crate::contents::digest(self.commitment);
        vault::commits(&commitment, self.salt.as_bytes(), self.text.as_bytes())
    }
}

/// Puts a report together from the drafts that a publication names; one line of JSON.
pub(crate) fn put_together(
    state: &State,
    made: &PublicationMade,
    open: &dyn Fn(&Content) -> Result<Opened, ContentError>,
) -> Result<Vec<u8>, Error> {
    let assessment = &state.assessments[&made.assessment];
    let mut texts = Vec::new();
    for released in &made.passages {
        let draft = &assessment.drafts[&released.passage];
        let Opened { clear, salt } = open(&draft.content)?;
        let passage = || released.passage.to_string();
        let not_text = |_| Error::NotText { assessment: made.assessment, passage: passage() };
        texts.push(ReleasedText {
            commitment: draft.content.commitment,
            media_type: draft.content.media_type.clone(),
            passage: released.passage,
            salt: salt.into(),
            text: String::from_utf8(clear).map_err(not_text)?,
        });
    }
    let (assessment, publication) = (made.assessment, made.publication);
    let report = ReleasedReport { assessment, publication, texts };
    Ok(serde_json::to_vec(&report).expect("a report is texts and numbers"))
}
