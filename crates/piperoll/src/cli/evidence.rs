//! Evidence, and the calendar.

use super::{Asking, Words, Writing, word};
use assessment::event::{
    EvidenceMethod, EvidenceOrigin, EvidenceSetting, EvidenceSource, LegalBasis, WithdrawalReason,
};
use assessment::{CategoryId, EvidenceId, PartialDate, PersonId, RequestId, SourceUrl};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `evidence …`.
#[derive(Debug, Subcommand)]
pub enum Evidence {
    /// Ask for evidence; what is held already answers
    #[command(
        before_help = "Example: piperoll evidence request Exampleshire --category processes \
            --method documents --due 2026-06-30 --text 'The carers strategy' --actor p-017"
    )]
    Request(EvidenceRequest),
    /// Enter evidence that has arrived: a file, or a text
    #[command(before_help = "Example: piperoll evidence submit Exampleshire --category processes \
            --origin held --setting off_site --method documents --source assessed_body \
            --collected 2026-05-04 --file strategy.pdf --actor p-017")]
    Submit(EvidenceSubmission),
    /// Use evidence in an assessment
    #[command(
        before_help = "Example: piperoll evidence use X99000001-2026-a X99000001-e1 X99000001-e2 \
            --actor p-017"
    )]
    Use {
        /// The assessment: its id, or an organisation that has one open
        assessment: String,
        /// The evidence: ids
        #[arg(required = true)]
        evidence: Vec<EvidenceId>,
        /// From when on it is used (today, if not given)
        #[arg(long = "date", value_name = "DATE")]
        on: Option<PartialDate>,
        #[command(flatten)]
        writing: Writing,
    },
    /// Rely on evidence no more; it stays in the ledger
    #[command(before_help = "Example: piperoll evidence withdraw X99000001-e2 \
            --reason superseded --actor p-017")]
    Withdraw {
        /// The evidence: its id
        evidence: EvidenceId,
        /// Why: typing_error, inaccurate, consent_withdrawn, superseded or duplicate
        #[arg(long, value_parser = word::<WithdrawalReason>)]
        reason: WithdrawalReason,
        /// When (today, if not given)
        #[arg(long = "date", value_name = "DATE")]
        on: Option<PartialDate>,
        #[command(flatten)]
        words: Words,
        #[command(flatten)]
        writing: Writing,
    },
    /// Erase the content of evidence for good, by destroying its key; asks nothing
    #[command(before_help = "Example: piperoll evidence erase X99000001-e2 \
            --basis erasure_request --authority p-003 --actor p-017")]
    Erase {
        /// The evidence: its id
        evidence: EvidenceId,
        /// On what ground in law: erasure_request, retention_ended, unlawful_processing or
        /// court_order
        #[arg(long, value_parser = word::<LegalBasis>)]
        basis: LegalBasis,
        /// Who ordered it
        #[arg(long, value_name = "PERSON")]
        authority: PersonId,
        /// When (today, if not given)
        #[arg(long = "date", value_name = "DATE")]
        on: Option<PartialDate>,
        #[command(flatten)]
        writing: Writing,
    },
    /// Evidence, of all bodies or about one, or what was asked for
    #[command(before_help = "Example: piperoll evidence list Exampleshire")]
    List(EvidenceList),
    /// One piece of evidence with its content, or one request with its text
    #[command(before_help = "Example: piperoll evidence show X99000001-e1")]
    Show(EvidenceShow),
}

/// `evidence request`.
#[derive(Debug, Args)]
pub struct EvidenceRequest {
    /// For whose assessment: code, name or a unique beginning
    pub organisation: String,
    /// The evidence category: id
    #[arg(long, value_name = "ID")]
    pub category: CategoryId,
    /// How it is to be gathered: survey, interview, focus_group, case_tracking,
    /// observation_of_meetings, documents, data, self_assessment, information_return or
    /// provider_ratings
    #[arg(long, value_parser = word::<EvidenceMethod>)]
    pub method: EvidenceMethod,
    /// By when it is wanted
    #[arg(long, value_name = "DATE")]
    pub due: PartialDate,
    /// Who is asked (the organisation itself, if not given): code, name or a unique beginning
    #[arg(long, value_name = "ORGANISATION")]
    pub of: Option<String>,
    /// A quality statement that it bears on: id or name; may be repeated; none means any
    #[arg(long = "statement", value_name = "STATEMENT")]
    pub statements: Vec<String>,
    /// What was collected before this does not answer it
    #[arg(long, value_name = "DATE")]
    pub collected_since: Option<PartialDate>,
    /// When it was made (today, if not given)
    #[arg(long = "date", value_name = "DATE")]
    pub on: Option<PartialDate>,
    #[command(flatten)]
    pub words: Words,
    #[command(flatten)]
    pub writing: Writing,
}

/// `evidence submit`.
#[derive(Debug, Args)]
pub struct EvidenceSubmission {
    /// Everybody that it is about: codes, names or unique beginnings; the first gives it its id
    #[arg(value_name = "ORGANISATION", required = true)]
    pub organisations: Vec<String>,
    /// The evidence category: id
    #[arg(long, value_name = "ID")]
    pub category: CategoryId,
    /// A quality statement that it bears on: id or name; may be repeated; none means any
    #[arg(long = "statement", value_name = "STATEMENT")]
    pub statements: Vec<String>,
    /// How it came here: held, requested or collected
    #[arg(long, value_parser = word::<EvidenceOrigin>)]
    pub origin: EvidenceOrigin,
    /// Where it was gathered: on_site, off_site or both
    #[arg(long, value_parser = word::<EvidenceSetting>)]
    pub setting: EvidenceSetting,
    /// How it was gathered: survey, interview, focus_group, case_tracking,
    /// observation_of_meetings, documents, data, self_assessment, information_return or
    /// provider_ratings
    #[arg(long, value_parser = word::<EvidenceMethod>)]
    pub method: EvidenceMethod,
    /// Who it came from: assessed_body, people_using_services, unpaid_carers, staff_and_leaders,
    /// partners, care_providers, regulator or published_data
    #[arg(long, value_parser = word::<EvidenceSource>)]
    pub source: EvidenceSource,
    /// When it was collected, or the time that it tells of
    #[arg(long, value_name = "DATE")]
    pub collected: PartialDate,
    /// When it arrived (today, if not given)
    #[arg(long, value_name = "DATE")]
    pub received: Option<PartialDate>,
    /// The request that it answers: id
    #[arg(long, value_name = "ID")]
    pub request: Option<RequestId>,
    /// It holds what people said in confidence: a body is told its number only
    #[arg(long)]
    pub sensitive: bool,
    #[command(flatten)]
    pub words: Words,
    #[command(flatten)]
    pub writing: Writing,
}

/// `evidence list`.
#[derive(Debug, Args)]
pub struct EvidenceList {
    /// About whom: code, name or a unique beginning
    pub organisation: Option<String>,
    /// Only what this assessment uses: its id, or an organisation that has one open
    #[arg(long, value_name = "ASSESSMENT", conflicts_with = "requests")]
    pub assessment: Option<String>,
    /// What was asked for, and what answered it
    #[arg(long)]
    pub requests: bool,
    #[command(flatten)]
    pub asking: Asking,
}

/// `evidence show`.
#[derive(Debug, Args)]
pub struct EvidenceShow {
    /// The evidence, or the request: its id
    #[arg(value_name = "ID", value_parser = held)]
    pub held: Held,
    /// Write the content to this file, which must not be there yet
    #[arg(long, value_name = "FILE", conflicts_with = "content")]
    pub output: Option<PathBuf>,
    /// Print the content, byte for byte, and nothing else
    #[arg(long)]
    pub content: bool,
    #[command(flatten)]
    pub asking: Asking,
}

/// What `evidence show` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// A piece of evidence.
    Evidence(EvidenceId),
    /// A request for evidence.
    Request(RequestId),
}

/// `calendar …`.
#[derive(Debug, Subcommand)]
pub enum Calendar {
    /// Make the bank holidays of a year known, or further ones of a year that is
    #[command(
        before_help = "Example: piperoll calendar add 2028 2028-01-03 2028-04-14 2028-04-17 \
            --source https://www.gov.uk/bank-holidays --actor p-001"
    )]
    Add {
        /// The year
        #[arg(value_parser = year)]
        year: i32,
        /// Its bank holidays, all of them unless the year is known already
        #[arg(value_name = "DAY", required = true)]
        days: Vec<PartialDate>,
        /// Where that is said
        #[arg(long, value_name = "URL")]
        source: SourceUrl,
        #[command(flatten)]
        writing: Writing,
    },
    /// The bank holidays that are known, of all years or of one
    #[command(before_help = "Example: piperoll calendar list 2026")]
    List {
        /// The year
        #[arg(value_parser = year)]
        year: Option<i32>,
        #[command(flatten)]
        asking: Asking,
    },
}

/// Reads a year.
fn year(text: &str) -> Result<i32, String> {
    text.parse().map_err(|_| format!("`{text}` is not a year (YYYY)"))
}

/// Reads the id of a piece of evidence or of a request.
fn held(text: &str) -> Result<Held, String> {
    match (text.parse(), text.parse()) {
        (Ok(evidence), _) => Ok(Held::Evidence(evidence)),
        (_, Ok(request)) => Ok(Held::Request(request)),
        _ => Err(format!(
            "`{text}` is neither evidence's id (E06000014-e12) nor a request's (E06000014-q3)"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{Held, held};

    /// `E06000014-e12` and `E06000014-q12` differ in a letter, and neither is ever the other.
    #[test]
    fn an_id_is_of_evidence_or_of_a_request() {
        assert_eq!(held("E06000014-e12"), Ok(Held::Evidence("E06000014-e12".parse().unwrap())));
        assert_eq!(held("E06000014-q12"), Ok(Held::Request("E06000014-q12".parse().unwrap())));
        for wrong in ["", "E06000014", "E06000014-e0x", "E06000014-c1"] {
            assert!(held(wrong).is_err(), "{wrong}");
        }
    }
}
