//! The steps from scores to a publication: panel, draft, accuracy check, report.

use super::{Asking, Show, Words, Writing, score, word};
use assessment::event::{
    AdjustmentReason, CommentKind, CommentOutcome, ExtensionReason, PanelMember, PanelSide,
    ResolutionReason,
};
use assessment::framework::{Recipient, ReportSection};
use assessment::scoring::Score;
use assessment::{CategoryId, CommentId, EvidenceId, PanelId, PartialDate, PersonId, ThemeId};
use clap::{Args, Subcommand, ValueEnum};

/// `panel …`.
#[derive(Debug, Subcommand)]
pub enum Panel {
    /// Convene a panel for one or more assessments
    #[command(
        before_help = "Example: piperoll panel convene X99000001-2026-a --member p-101:internal \
            --member p-201:external --actor p-101"
    )]
    Convene(ConvenePanel),
    /// Record what a panel decided: every score is confirmed, unless it is adjusted
    #[command(before_help = "Example: piperoll panel decide 2026-a X99000001-2026-a \
            --adjust safeguarding=2 --reason consistency --text 'Others scored 2.' --actor p-101")]
    Decide(DecidePanel),
    /// Record that a panel confirmed the scores that changed since its decision
    #[command(
        before_help = "Example: piperoll panel confirm 2026-a X99000001-2026-a --actor p-101"
    )]
    Confirm(ConfirmPanel),
    /// Every panel
    #[command(before_help = "Example: piperoll panel list")]
    List(Show),
    /// One panel: members, assessments, and each score that it confirmed or adjusted
    #[command(before_help = "Example: piperoll panel show 2026-a")]
    Show {
        /// Its id
        panel: PanelId,
        #[command(flatten)]
        asking: Asking,
    },
}

/// `panel convene`.
#[derive(Debug, Args)]
pub struct ConvenePanel {
    /// What it sits on: ids, or organisations with one open assessment
    #[arg(required = true, value_name = "ASSESSMENT")]
    pub assessments: Vec<String>,
    /// Who sits on it, and from which side: p-101:internal or p-201:external; may be repeated
    #[arg(long = "member", value_name = "PERSON:SIDE", value_parser = member, required = true)]
    pub members: Vec<PanelMember>,
    /// When (today, if not given)
    #[arg(long = "date", value_name = "DATE")]
    pub on: Option<PartialDate>,
    #[command(flatten)]
    pub writing: Writing,
}

/// `panel decide`.
#[derive(Debug, Args)]
pub struct DecidePanel {
    /// The panel
    pub panel: PanelId,
    /// What it decides on: an id, or an organisation with one open assessment
    pub assessment: String,
    /// A score that it changes: STATEMENT=SCORE or STATEMENT/CATEGORY=SCORE; may be repeated
    #[arg(long = "adjust", value_name = "ADJUSTMENT", value_parser = adjusted)]
    #[arg(requires_all = ["reason", "Words"])]
    pub adjustments: Vec<Adjusted>,
    /// Why: consistency, evidence or method
    #[arg(long, value_parser = word::<AdjustmentReason>, requires = "adjustments")]
    pub reason: Option<AdjustmentReason>,
    #[command(flatten)]
    pub words: Words,
    /// A member who decides (all who may, if not given); may be repeated
    #[arg(long = "member", value_name = "PERSON")]
    pub members: Vec<PersonId>,
    /// When (today, if not given)
    #[arg(long = "date", value_name = "DATE")]
    pub on: Option<PartialDate>,
    #[command(flatten)]
    pub writing: Writing,
}

/// A score that a panel changes, as a person types it.
#[derive(Debug, Clone)]
pub struct Adjusted {
    /// The quality statement: id or name.
    pub statement: String,
    /// The evidence category, where categories are scored.
    pub category: Option<CategoryId>,
    /// What counts from then on.
    pub score: Score,
}

/// `panel confirm`.
#[derive(Debug, Args)]
pub struct ConfirmPanel {
    /// The panel
    pub panel: PanelId,
    /// What it confirms: an id, or an organisation with one open assessment
    pub assessment: String,
    /// A member who confirms (all who may, if not given); may be repeated
    #[arg(long = "member", value_name = "PERSON")]
    pub members: Vec<PersonId>,
    /// When (today, if not given)
    #[arg(long = "date", value_name = "DATE")]
    pub on: Option<PartialDate>,
    #[command(flatten)]
    pub writing: Writing,
}

/// `draft …`.
#[derive(Debug, Subcommand)]
pub enum Draft {
    /// Write a passage of the report; its text is sealed
    #[command(before_help = "Example: piperoll draft write X99000001-2026-a --section summary \
            --text 'A large, mostly rural county.' --actor p-017")]
    Write(WriteDraft),
    /// Record that the draft was sent for the factual accuracy check
    #[command(before_help = "Example: piperoll draft share X99000001-2026-a --date 2025-06-02 \
            --actor p-017")]
    Share(ShareDraft),
    /// Give a recipient more time for comments
    #[command(
        before_help = "Example: piperoll draft extend X99000001-2026-a --to local_authority \
            --until 2025-06-23 --granted-by p-009 --reason exceptional --actor p-017"
    )]
    Extend(ExtendDraft),
    /// Record that a recipient has no (further) comments
    #[command(
        before_help = "Example: piperoll draft confirm X99000001-2026-a --to local_authority \
            --actor p-017"
    )]
    Confirm(ConfirmDraft),
    /// The passages of reports in the making, written or missing
    #[command(before_help = "Example: piperoll draft list X99000001-2026-a")]
    List {
        /// Of which assessment: an id, or an organisation with one open assessment (of all that
        /// are open, if not given)
        assessment: Option<String>,
        #[command(flatten)]
        asking: Asking,
    },
    /// The text of one passage
    #[command(before_help = "Example: piperoll draft show X99000001-2026-a --section summary")]
    Show {
        /// The assessment: its id, or an organisation with one open assessment
        assessment: String,
        #[command(flatten)]
        passage: PassageOf,
        #[command(flatten)]
        asking: Asking,
    },
}

/// A passage of a report, as a person names it.
#[derive(Debug, Args)]
pub struct PassageOf {
    /// The section: summary, peoples_experiences, strengths, improvements, direction_of_travel,
    /// progress, theme_findings or statement_findings
    #[arg(long, value_parser = word::<ReportSection>)]
    pub section: ReportSection,
    /// The theme that the findings are about
    #[arg(long, value_name = "ID", conflicts_with = "statement")]
    pub theme: Option<ThemeId>,
    /// The quality statement that the findings are about: id or name
    #[arg(long)]
    pub statement: Option<String>,
}

/// `draft write`.
#[derive(Debug, Args)]
pub struct WriteDraft {
    /// The assessment: its id, or an organisation with one open assessment
    pub assessment: String,
    #[command(flatten)]
    pub passage: PassageOf,
    #[command(flatten)]
    pub words: PassageText,
    /// When it was written (today, if not given)
    #[arg(long = "date", value_name = "DATE")]
    pub on: Option<PartialDate>,
    #[command(flatten)]
    pub writing: Writing,
}

/// The text of a passage, from the command line or from a file.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct PassageText {
    /// The text: a file (.md is Markdown, .txt plain text), or - for the standard input
    pub file: Option<String>,
    /// The text itself
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
}

/// `draft share`.
#[derive(Debug, Args)]
pub struct ShareDraft {
    /// The assessment: its id, or an organisation with one open assessment
    pub assessment: String,
    /// Who got it: local_authority, integrated_care_board or integrated_care_partnership
    /// (everybody whom the framework names, if not given); may be repeated
    #[arg(long = "to", value_name = "RECIPIENT", value_parser = word::<Recipient>)]
    pub recipients: Vec<Recipient>,
    /// The date of the email (today, if not given)
    #[arg(long = "date", value_name = "DATE")]
    pub on: Option<PartialDate>,
    #[command(flatten)]
    pub writing: Writing,
}

/// `draft extend`.
#[derive(Debug, Args)]
pub struct ExtendDraft {
    /// The assessment: its id, or an organisation with one open assessment
    pub assessment: String,
    /// Who: local_authority, integrated_care_board or integrated_care_partnership
    #[arg(long = "to", value_name = "RECIPIENT", value_parser = word::<Recipient>)]
    pub recipient: Recipient,
    /// The last day on which comments are in time then
    #[arg(long, value_name = "DATE")]
    pub until: PartialDate,
    /// Who granted it
    #[arg(long, value_name = "PERSON")]
    pub granted_by: PersonId,
    /// Why: exceptional, shared_late or bank_holiday
    #[arg(long, value_parser = word::<ExtensionReason>)]
    pub reason: ExtensionReason,
    #[command(flatten)]
    pub words: Words,
    /// When that was decided (today, if not given)
    #[arg(long = "date", value_name = "DATE")]
    pub on: Option<PartialDate>,
    #[command(flatten)]
    pub writing: Writing,
}

/// `draft confirm`.
#[derive(Debug, Args)]
pub struct ConfirmDraft {
    /// The assessment: its id, or an organisation with one open assessment
    pub assessment: String,
    /// Who: local_authority, integrated_care_board or integrated_care_partnership
    #[arg(long = "to", value_name = "RECIPIENT", value_parser = word::<Recipient>)]
    pub recipient: Recipient,
    /// When that was received (today, if not given)
    #[arg(long = "date", value_name = "DATE")]
    pub on: Option<PartialDate>,
    #[command(flatten)]
    pub writing: Writing,
}

/// `comment …`.
#[derive(Debug, Subcommand)]
pub enum Comment {
    /// Record a factual accuracy comment, also a late or an unsupported one; its text is sealed
    #[command(
        before_help = "Example: piperoll comment submit X99000001-2026-a --from local_authority \
            --kind a --page 12 --text 'It is 31, not 13.' --received 2025-06-10 --actor p-017"
    )]
    Submit(SubmitComment),
    /// Decide what becomes of a comment
    #[command(
        before_help = "Example: piperoll comment resolve X99000001-2026-a-c1 --outcome accepted \
            --reason draft_wrong --text 'Two digits were swapped.' --actor p-102"
    )]
    Resolve(ResolveComment),
    /// Comments, of all assessments or of one
    #[command(before_help = "Example: piperoll comment list X99000001-2026-a")]
    List {
        /// On which assessment: an id, or an organisation with one open assessment
        assessment: Option<String>,
        #[command(flatten)]
        asking: Asking,
    },
    /// One comment: its text, and what became of it
    #[command(before_help = "Example: piperoll comment show X99000001-2026-a-c1")]
    Show {
        /// Its id
        comment: CommentId,
        #[command(flatten)]
        asking: Asking,
    },
}

/// `comment submit`.
#[derive(Debug, Args)]
pub struct SubmitComment {
    /// The assessment: its id, or an organisation with one open assessment
    pub assessment: String,
    /// Who made it: local_authority, integrated_care_board or integrated_care_partnership
    #[arg(long = "from", value_name = "RECIPIENT", value_parser = word::<Recipient>)]
    pub recipient: Recipient,
    /// What it says: a (typographical or numerical), b (inaccurate) or c (left out)
    #[arg(long, value_parser = word::<CommentKind>)]
    pub kind: CommentKind,
    #[command(flatten)]
    pub about: About,
    /// When it was received, which counts (today, if not given)
    #[arg(long = "received", value_name = "DATE")]
    pub received_on: Option<PartialDate>,
    /// Evidence that supports it; may be repeated
    #[arg(long, value_name = "ID")]
    pub evidence: Vec<EvidenceId>,
    #[command(flatten)]
    pub words: Words,
    #[command(flatten)]
    pub writing: Writing,
}

/// What a comment is about.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct About {
    /// It is about a quality statement: id or name
    #[arg(long)]
    pub statement: Option<String>,
    /// It is about a theme
    #[arg(long, value_name = "ID")]
    pub theme: Option<ThemeId>,
    /// It is about a page of the draft, from 1
    #[arg(long, value_name = "NUMBER")]
    pub page: Option<u32>,
}

/// `comment resolve`.
#[derive(Debug, Args)]
pub struct ResolveComment {
    /// The comment
    pub comment: CommentId,
    /// What was decided: accepted, partly or not_accepted
    #[arg(long, value_parser = word::<CommentOutcome>)]
    pub outcome: CommentOutcome,
    /// Why: draft_wrong, evidence_supports, evidence_does_not_support, after_the_assessment,
    /// out_of_scope, late or unsupported
    #[arg(long, value_parser = word::<ResolutionReason>)]
    pub reason: ResolutionReason,
    #[command(flatten)]
    pub words: Words,
    /// Who decided (whoever records it, if not given)
    #[arg(long, value_name = "PERSON")]
    pub by: Option<PersonId>,
    /// When (today, if not given)
    #[arg(long = "date", value_name = "DATE")]
    pub on: Option<PartialDate>,
    #[command(flatten)]
    pub writing: Writing,
}

/// `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// The assessment: its id, or an organisation (its current one; with --draft its open one); or
    /// a publication; or, on all bodies together, national/2026-a
    pub assessment: String,
    /// The draft: as it stands now; for a body, as it was shared with it
    #[arg(long)]
    pub draft: bool,
    #[command(flatten)]
    pub asking: Asking<ReportFormat>,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ReportFormat {
    /// Markdown
    #[default]
    Md,
    /// A page for a browser or a printer: one file without scripts
    Html,
    /// One JSON object
    Json,
}

/// Reads a member of a panel.
fn member(text: &str) -> Result<PanelMember, String> {
    let form = || format!("`{text}` is not PERSON:SIDE (p-101:internal or p-201:external)");
    let (person, side) = text.split_once(':').ok_or_else(form)?;
    let person = person.parse::<PersonId>().map_err(|error| error.to_string())?;
    Ok(PanelMember { person, side: word::<PanelSide>(side).map_err(|_| form())? })
}

/// Reads a score that a panel changes.
fn adjusted(text: &str) -> Result<Adjusted, String> {
    let form = || format!("`{text}` is not STATEMENT=SCORE or STATEMENT/CATEGORY=SCORE");
    let (cell, number) = text.rsplit_once('=').ok_or_else(form)?;
    let score = score(number)?;
    let (statement, category) = match cell.split_once('/') {
        Some((statement, category)) => (statement, Some(category)),
        None => (cell, None),
    };
    let category = category.map(str::parse::<CategoryId>).transpose();
    let category = category.map_err(|error| error.to_string())?;
    Ok(Adjusted { statement: statement.to_owned(), category, score })
}

#[cfg(test)]
mod tests {
    use super::{adjusted, member};

    /// A name with a sign in it must not become another name, nor a side a person.
    #[test]
    fn members_and_adjustments_are_split_where_they_should_be() {
        let read = adjusted("Care provision, integration and continuity/processes=2").unwrap();
        assert_eq!(read.statement, "Care provision, integration and continuity");
        assert_eq!(read.category.unwrap().as_str(), "processes");
        assert_eq!(read.score.get(), 2);
        assert!(adjusted("safeguarding=2").unwrap().category.is_none());
        for wrong in ["safeguarding", "safeguarding=", "safeguarding=5", "safeguarding/=2"] {
            assert!(adjusted(wrong).is_err(), "{wrong}");
        }
        assert_eq!(member("p-201:external").unwrap().person.as_str(), "p-201");
        for wrong in ["p-201", "p-201:", "201:external", ":external", "p-201:inside"] {
            assert!(member(wrong).is_err(), "{wrong}");
        }
    }
}
