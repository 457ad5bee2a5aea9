//! The nouns with their verbs.

use super::{
    Asking, Importing, MakePublication, ReissuePublication, Show, WithdrawPublication, Words,
    Writing, sample, score, word,
};
use assessment::event::{
    AdoptionReason, AssessmentKind, CancellationReason, CorrectionReason, ProcessReason,
    ReviewReason, Role, TeamMember,
};
use assessment::framework::OrganisationKind;
use assessment::scoring::Score;
use assessment::{
    AssessmentId, CategoryId, CommentId, EvidenceId, FrameworkId, Name, OrganisationCode,
    PartialDate, PersonId, PublicationId, SampleId, SourceUrl,
};
use clap::{Args, Subcommand};

/// `framework …`.
#[derive(Debug, Subcommand)]
pub enum Framework {
    /// Take a framework into use: a shipped one by its id, or a file
    #[command(before_help = "Example: piperoll framework adopt la-2025 --actor p-001")]
    Adopt {
        /// Id of a shipped framework, or a file
        framework: String,
        /// From when on it is in use (today, if not given)
        #[arg(long = "date", value_name = "DATE")]
        on: Option<PartialDate>,
        /// Why: first_use, method_changed, guidance_changed or quality_assurance
        #[arg(long, value_parser = word::<AdoptionReason>)]
        reason: Option<AdoptionReason>,
        /// The sample in which an anomaly was found that it answers: 2026-a or sample/2026-a; the
        /// reason is quality_assurance then, unless another is given
        #[arg(long, value_name = "SAMPLE", value_parser = sample)]
        because: Option<SampleId>,
        #[command(flatten)]
        words: Words,
        #[command(flatten)]
        writing: Writing,
    },
    /// Find what is wrong with a framework; needs no ledger
    #[command(before_help = "Example: piperoll framework check my-framework.json")]
    Check {
        /// A file, or the id of a shipped framework
        framework: String,
    },
    /// Change the process part of a framework from a date on, also for what is open then
    #[command(before_help = "Example: piperoll framework revise la-2025 --process process.json \
            --from 2026-07-01 --reason temporary_step_ended --actor p-001")]
    Revise {
        /// Its id
        framework: FrameworkId,
        /// A JSON file with the whole process part, such as `.process` of
        /// `framework show ID --format json`, changed; or - for the standard input
        #[arg(long, value_name = "FILE")]
        process: String,
        /// From when on it applies
        #[arg(long, value_name = "DATE")]
        from: PartialDate,
        /// Why: temporary_step_ended, temporary_step_begun, guidance_changed or
        /// quality_assurance
        #[arg(long, value_parser = word::<ProcessReason>)]
        reason: ProcessReason,
        /// When it was decided (today, if not given)
        #[arg(long = "date", value_name = "DATE")]
        on: Option<PartialDate>,
        #[command(flatten)]
        words: Words,
        #[command(flatten)]
        writing: Writing,
    },
    /// The adopted frameworks, and the shipped ones that are not
    #[command(before_help = "Example: piperoll framework list")]
    List(Show),
    /// One framework: its rules and statements, with what they rest on
    #[command(before_help = "Example: piperoll framework show la-2023")]
    Show {
        /// Its id
        framework: FrameworkId,
        #[command(flatten)]
        asking: Asking,
    },
}

/// `organisation …`.
#[derive(Debug, Subcommand)]
pub enum Organisation {
    /// Take in a table of authorities (gss_code, name, …) or boards (ons_code, ods_code, name, …)
    #[command(before_help = "Example: piperoll organisation import la_lookup.csv --actor p-001")]
    Import {
        /// A CSV file, or - for the standard input
        file: String,
        #[command(flatten)]
        importing: Importing,
    },
    /// Make a body known
    #[command(
        before_help = "Example: piperoll organisation register X99000001 --name Exampleshire \
            --kind local_authority --fictional --actor p-001"
    )]
    Register {
        /// Its code
        code: OrganisationCode,
        /// The name to show
        #[arg(long)]
        name: Name,
        /// local_authority or integrated_care_system
        #[arg(long, value_parser = word::<OrganisationKind>)]
        kind: OrganisationKind,
        /// The name in law
        #[arg(long)]
        official_name: Option<Name>,
        /// The region
        #[arg(long)]
        region: Option<Name>,
        /// Another code that it is known by; may be repeated
        #[arg(long = "alias", value_name = "CODE")]
        aliases: Vec<Name>,
        /// Invented, for demonstration and training
        #[arg(long)]
        fictional: bool,
        #[command(flatten)]
        writing: Writing,
    },
    /// Correct what is known of a body
    #[command(
        before_help = "Example: piperoll organisation amend Derbyshire --region 'East Midlands' \
            --reason source_corrected --actor p-001"
    )]
    Amend {
        /// Its code, name or a unique beginning
        organisation: String,
        /// The name to show
        #[arg(long)]
        name: Option<Name>,
        /// The name in law
        #[arg(long)]
        official_name: Option<Name>,
        /// The region
        #[arg(long)]
        region: Option<Name>,
        /// Why: typing_error, source_corrected, sources_differ, renamed or completed
        #[arg(long, value_parser = word::<CorrectionReason>)]
        reason: CorrectionReason,
        #[command(flatten)]
        writing: Writing,
    },
    /// Merge bodies into another
    #[command(before_help = "Example: piperoll organisation succeed E54000063 E54000064 \
            --into E54000065 --on 2026-04-01 --actor p-001")]
    Succeed {
        /// The bodies that end
        #[arg(required = true)]
        old: Vec<String>,
        /// The body that takes their place
        #[arg(long)]
        into: String,
        /// The first day of the new order
        #[arg(long, value_name = "DATE")]
        on: PartialDate,
        #[command(flatten)]
        writing: Writing,
    },
    /// Every body
    #[command(before_help = "Example: piperoll organisation list --kind local_authority")]
    List {
        /// local_authority or integrated_care_system
        #[arg(long, value_parser = word::<OrganisationKind>)]
        kind: Option<OrganisationKind>,
        #[command(flatten)]
        asking: Asking,
    },
    /// One body: facts, assessments, area
    #[command(before_help = "Example: piperoll organisation show York")]
    Show {
        /// Its code, name or a unique beginning
        organisation: String,
        #[command(flatten)]
        asking: Asking,
    },
}

/// `area …`.
#[derive(Debug, Subcommand)]
pub enum Area {
    /// Take in a table of memberships: system,authority,from and, if known, source
    #[command(before_help = "Example: piperoll area import area.csv --actor p-001")]
    Import {
        /// A CSV file, or - for the standard input
        file: String,
        #[command(flatten)]
        importing: Importing,
    },
    /// Make an authority part of a system's area
    #[command(before_help = "Example: piperoll area add X99000002 X99000001 \
            --from 2026-04-01 --actor p-001")]
    Add {
        /// The system
        system: String,
        /// The authority
        authority: String,
        /// The first day
        #[arg(long, value_name = "DATE")]
        from: PartialDate,
        /// Where that is said
        #[arg(long, value_name = "URL")]
        source: Option<SourceUrl>,
        #[command(flatten)]
        writing: Writing,
    },
    /// End an authority's membership
    #[command(before_help = "Example: piperoll area end X99000002 X99000001 \
            --to 2026-09-30 --actor p-001")]
    End {
        /// The system
        system: String,
        /// The authority
        authority: String,
        /// The last day
        #[arg(long, value_name = "DATE")]
        to: PartialDate,
        #[command(flatten)]
        writing: Writing,
    },
    /// Every membership
    #[command(before_help = "Example: piperoll area list")]
    List(Show),
    /// The memberships of one system
    #[command(before_help = "Example: piperoll area show Dorset")]
    Show {
        /// The system
        system: String,
        #[command(flatten)]
        asking: Asking,
    },
}

/// `assessment …`.
#[derive(Debug, Subcommand)]
pub enum Assessment {
    /// Open an assessment
    #[command(before_help = "Example: piperoll assessment open Exampleshire --framework la-2025 \
            --kind comprehensive --actor p-017")]
    Open {
        /// Who is assessed: code, name or a unique beginning
        organisation: String,
        /// The framework that it is made under
        #[arg(long, value_name = "ID")]
        framework: FrameworkId,
        /// pilot, baseline, comprehensive or focused
        #[arg(long, value_parser = word::<AssessmentKind>)]
        kind: AssessmentKind,
        /// When (today, if not given)
        #[arg(long = "date", value_name = "DATE")]
        on: Option<PartialDate>,
        #[command(flatten)]
        plan: Plan,
        #[command(flatten)]
        writing: Writing,
    },
    /// Say or change the dates of an assessment, or its team
    #[command(before_help = "Example: piperoll assessment amend X99000001-2026-a \
            --site-visit 2026-09-14 --team p-017:assessor --actor p-017")]
    Amend {
        /// The assessment: its id, or an organisation that has one open
        assessment: String,
        #[command(flatten)]
        plan: Plan,
        #[command(flatten)]
        writing: Writing,
    },
    /// End an assessment without a publication; its evidence stays with the organisation
    #[command(before_help = "Example: piperoll assessment cancel X99000001-2026-a \
            --reason postponed --actor p-017")]
    Cancel {
        /// The assessment: its id, or an organisation that has one open
        assessment: String,
        /// Why: opened_in_error, postponed, body_changed or programme_changed
        #[arg(long, value_parser = word::<CancellationReason>)]
        reason: CancellationReason,
        /// When (today, if not given)
        #[arg(long = "date", value_name = "DATE")]
        on: Option<PartialDate>,
        #[command(flatten)]
        words: Words,
        #[command(flatten)]
        writing: Writing,
    },
    /// What is missing before an assessment may be published, statement by statement
    #[command(before_help = "Example: piperoll assessment readiness X99000001-2026-a")]
    Readiness {
        /// The assessment: its id, or an organisation that has one open
        assessment: String,
        #[command(flatten)]
        asking: Asking,
    },
    /// Assessments, of all bodies or of one
    #[command(before_help = "Example: piperoll assessment list York")]
    List {
        /// Whose: code, name or a unique beginning
        organisation: Option<String>,
        #[command(flatten)]
        asking: Asking,
    },
    /// One assessment: its plan, how far it is, what was published of it, and its scores
    #[command(before_help = "Example: piperoll assessment show E06000014-2025-a")]
    Show {
        /// Its id
        assessment: AssessmentId,
        #[command(flatten)]
        asking: Asking,
    },
}

/// The dates of an assessment, and its team.
#[derive(Debug, Clone, Args)]
pub struct Plan {
    /// When the body was told, or will be
    #[arg(long = "notice", value_name = "DATE")]
    pub notice_on: Option<PartialDate>,
    /// When the information return is due, or came
    #[arg(long = "information-return", value_name = "DATE")]
    pub information_return_on: Option<PartialDate>,
    /// When the visit is, or was
    #[arg(long = "site-visit", value_name = "DATE")]
    pub site_visit_on: Option<PartialDate>,
    /// Somebody in the team with a role (assessor or specialist_advisor): p-017:assessor; to be
    /// repeated for everybody
    #[arg(long, value_name = "PERSON:ROLE", value_parser = team_member)]
    pub team: Vec<TeamMember>,
}

/// `score …`.
#[derive(Debug, Subcommand)]
pub enum ScoreCommand {
    /// Review a score: give, change or confirm it
    #[command(
        before_help = "Example: piperoll score review Exampleshire --statement safeguarding \
            --score 3 --reason ongoing_review --actor p-017"
    )]
    Review(Review),
}

/// `score review`.
#[derive(Debug, Args)]
pub struct Review {
    /// Who is assessed: code, name or a unique beginning
    pub organisation: String,
    /// The quality statement: id or name
    #[arg(long)]
    pub statement: String,
    /// The evidence category, under a framework that scores categories
    #[arg(long)]
    pub category: Option<CategoryId>,
    /// A piece of evidence that the score rests on: id; may be repeated
    #[arg(long, value_name = "ID")]
    pub evidence: Vec<EvidenceId>,
    /// The accepted factual accuracy comment that it follows from: id
    #[arg(long, value_name = "ID")]
    pub comment: Option<CommentId>,
    /// The score, 1 to 4, perhaps the same as before
    #[arg(long, value_parser = score)]
    pub score: Score,
    /// Why: assessment, ongoing_review, new_evidence, typing_error or source_corrected
    #[arg(long, value_parser = word::<ReviewReason>)]
    pub reason: ReviewReason,
    /// The assessment (the one published last, if not given)
    #[arg(long, value_name = "ID")]
    pub assessment: Option<AssessmentId>,
    /// When it was decided (today, if not given)
    #[arg(long = "date", value_name = "DATE")]
    pub on: Option<PartialDate>,
    /// Who decided (whoever records it, if not given)
    #[arg(long, value_name = "PERSON")]
    pub by: Option<PersonId>,
    /// In which role: assessor or specialist_advisor
    #[arg(long, value_parser = word::<Role>)]
    pub role: Option<Role>,
    /// Refuse unless the score is still this one
    #[arg(long, value_name = "SCORE", value_parser = score)]
    pub was: Option<Score>,
    /// It corrects a review that is dated later
    #[arg(long)]
    pub correction: bool,
    #[command(flatten)]
    pub words: Words,
    #[command(flatten)]
    pub writing: Writing,
}

/// `publication …`.
#[derive(Debug, Subcommand)]
pub enum Publication {
    /// Take in what was published before this ledger existed
    #[command(before_help = "Example: piperoll publication import published.csv --actor p-001")]
    Import(ImportPublications),
    /// Publish the report of an assessment, or what changed in it since; or one on all bodies
    /// together
    #[command(before_help = "Example: piperoll publication make X99000001-2026-a --actor p-030")]
    Make(MakePublication),
    /// Take a publication back: nothing of it counts as a published rating then
    #[command(before_help = "Example: piperoll publication withdraw X99000001-2026-a-p1 \
            --reason published_in_error --text 'A day too early.' --actor p-030")]
    Withdraw(WithdrawPublication),
    /// Publish what takes the place of a publication
    #[command(before_help = "Example: piperoll publication reissue X99000001-2026-a-p1 \
            --reason error_in_text --actor p-030")]
    Reissue(ReissuePublication),
    /// Publications, newest last, of all bodies or of one
    #[command(before_help = "Example: piperoll publication list York")]
    List {
        /// Whose: code, name or a unique beginning
        organisation: Option<String>,
        #[command(flatten)]
        asking: Asking,
    },
    /// One publication, as it was made or taken in
    #[command(before_help = "Example: piperoll publication show E06000014-2025-a-p1")]
    Show {
        /// Its id
        publication: PublicationId,
        #[command(flatten)]
        asking: Asking,
    },
}

/// `publication import`.
#[derive(Debug, Args)]
pub struct ImportPublications {
    /// A CSV file, or - for the standard input
    pub file: String,
    /// The framework to read it under (la-2023; with 17 statement columns ics-2023)
    #[arg(long, value_name = "ID")]
    pub framework: Option<FrameworkId>,
    /// Take rows as published although their scores give another result, and why
    #[arg(long, value_name = "REASON", value_parser = word::<CorrectionReason>)]
    pub accept_disagreement: Option<CorrectionReason>,
    /// Correct what was taken in before with another content, and why
    #[arg(long, value_name = "REASON", value_parser = word::<CorrectionReason>)]
    pub replace: Option<CorrectionReason>,
    /// Take rows that have a rating and no scores
    #[arg(long)]
    pub partial: bool,
    #[command(flatten)]
    pub importing: Importing,
}

/// Reads a member of a team with a role.
fn team_member(text: &str) -> Result<TeamMember, String> {
    let (person, role) = text.split_once(':').ok_or_else(|| {
        format!("`{text}` is not a person with a role (p-017:assessor, p-018:specialist_advisor)")
    })?;
    let person = person.parse().map_err(|error| format!("{error}"))?;
    Ok(TeamMember { person, role: word::<Role>(role)? })
}
