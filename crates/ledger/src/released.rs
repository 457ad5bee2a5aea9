//! The report that a publication releases, as it lies in the clear under its digest.

use crate::contents::{ContentError, Opened};
use crate::error::Error;
use assessment::event::{FinanceRecorded, FinancialFacts, PublicationMade};
use assessment::framework::{Passage, Process, ReportSection};
use assessment::{
    AssessmentId, Content, Digest, FinancialYear, MediaType, PublicationId, SourceUrl, State,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many financial years a report shows.
const YEARS: usize = 2;

/// A released report: its texts, each with what proves that it is the draft of its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedReport {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The financial years that it shows, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finance: Vec<ReleasedFinance>,
    /// The publication.
    pub publication: PublicationId,
    /// The passages, in the order of the report.
    pub texts: Vec<ReleasedText>,
}

/// A financial year in a released report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedFinance {
    /// What was known of it.
    pub facts: FinancialFacts,
    /// Where that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceUrl>,
    /// The year.
    pub year: FinancialYear,
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

/// The financial years that a report on a body shows at this moment, oldest first: the last ones
/// of which something is recorded.
pub(crate) fn finance(known: &BTreeMap<FinancialYear, FinanceRecorded>) -> Vec<ReleasedFinance> {
    let latest = known.values().rev().take(YEARS).rev();
    let shown = |FinanceRecorded { facts, source, year, .. }: &FinanceRecorded| ReleasedFinance {
        facts: *facts,
        source: source.clone(),
        year: *year,
    };
    latest.map(shown).collect()
}

/// Whether the reports of a process have financial facts in them.
pub(crate) fn has_finance(process: &Process) -> bool {
    process.report_sections.value.contains(&ReportSection::FinancialFacts)
}

/// Puts a report together from the drafts that a publication names, and from the financial facts
/// that are known at this moment; one line of JSON.
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
    let process = state.process(&made.framework, made.published_on.first_day());
    let body = state.organisations.get(&assessment.organisation());
    let finance = body.filter(|_| process.is_some_and(has_finance)).map(|it| finance(&it.finance));
    let finance = finance.unwrap_or_default();
    let report = ReleasedReport { assessment, finance, publication, texts };
    Ok(serde_json::to_vec(&report).expect("a report is texts and numbers"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use assessment::event::Precept;

    /// Whoever reads released reports by the page that describes them must find what is in them.
    #[test]
    fn the_example_of_a_financial_year_is_real() {
        let facts = FinancialFacts {
            care_budget_pence: Some(18_200_000_000),
            precept: Some(Precept::Full),
            ..FinancialFacts::default()
        };
        let source = Some("https://example.org/accounts".parse().unwrap());
        let released = ReleasedFinance { facts, source, year: "2024-25".parse().unwrap() };
        let text = serde_json::to_string(&released).unwrap();
        let page = include_str!("../../../docs/format.md");
        assert!(page.lines().any(|line| line == text), "{text}");
        assert_eq!(serde_json::from_str::<ReleasedFinance>(&text).unwrap(), released);
    }
}
