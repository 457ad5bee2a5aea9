//! What comes after a publication: withdrawal, duties, reviews of the process, facts and
//! conflicts.

use super::{Asking, Words, Writing, word};
use assessment::event::{
    ConflictReason, FinancialFacts, Letter, Precept, PublicationWithdrawalReason, ReissueReason,
    ReviewGround, ReviewOutcome, Side, StrikeOutReason,
};
use assessment::{
    Citation, Digest, FinancialYear, PartialDate, PersonId, PublicationId, SourceUrl,
};
use clap::{Args, Subcommand};

/// The greatest number that a record may hold.
const GREATEST: u64 = (1 << 53) - 1;

/// `publication withdraw`.
#[derive(Debug, Args)]
pub struct WithdrawPublication {
    /// The latest publication of an assessment
    pub publication: PublicationId,
    /// Why: published_in_error, not_to_be_public, basis_struck_out, process_review or ordered
    #[arg(long, value_parser = word::<PublicationWithdrawalReason>)]
    pub reason: PublicationWithdrawalReason,
    /// When (today, if not given)
    #[arg(long, value_name = "DATE")]
    pub withdrawn_on: Option<PartialDate>,
    /// Who decided it (whoever records it, if not given)
    #[arg(long, value_name = "PERSON")]
    pub by: Option<PersonId>,
    #[command(flatten)]
    pub words: Words,
    #[command(flatten)]
    pub writing: Writing,
}

/// `publication reissue`.
#[derive(Debug, Args)]
pub struct ReissuePublication {
    /// The publication whose place it takes: the latest of its assessment
    pub publication: PublicationId,
    /// Why: after_withdrawal, error_in_text, basis_struck_out or process_review
    #[arg(long, value_parser = word::<ReissueReason>)]
    pub reason: ReissueReason,
    /// When (today, if not given)
    #[arg(long, value_name = "DATE")]
    pub published_on: Option<PartialDate>,
    /// Who releases it (whoever records it, if not given)
    #[arg(long, value_name = "PERSON")]
    pub by: Option<PersonId>,
    #[command(flatten)]
    pub words: Words,
    #[command(flatten)]
    pub writing: Writing,
}

/// `strike-out`.
#[derive(Debug, Args)]
pub struct StrikeOut {
    /// The record's position
    pub position: u64,
    /// Why: wrong_body, wrong_entry, duplicate, never_happened, trial or quality_assurance
    #[arg(long, value_parser = word::<StrikeOutReason>)]
    pub reason: StrikeOutReason,
    /// When (today, if not given)
    #[arg(long, value_name = "DATE")]
    pub struck_on: Option<PartialDate>,
    /// Who decided it (whoever records it, if not given)
    #[arg(long, value_name = "PERSON")]
    pub by: Option<PersonId>,
    /// Do not ask before it is recorded
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub words: Words,
    #[command(flatten)]
    pub writing: Writing,
}

/// `section-50 …`.
#[derive(Debug, Subcommand)]
pub enum Section50 {
    /// Record one of the two letters, by its digest; the letter itself is not stored
    #[command(before_help = "Example: piperoll section-50 notify X99000001-2026-a \
            --letter secretary_of_state --file letter.pdf --sent-on 2026-05-18 --actor p-030")]
    Notify(NotifySection50),
    /// What must be told of each assessment, to whom, and whether it was
    #[command(before_help = "Example: piperoll section-50 list York")]
    List {
        /// Whose: codes, names or unique beginnings (all, if not given)
        #[arg(value_name = "ORGANISATION")]
        organisations: Vec<String>,
        #[command(flatten)]
        asking: Asking,
    },
    /// The duty of one assessment: since when each statement, and every letter
    #[command(before_help = "Example: piperoll section-50 show X99000001-2026-a")]
    Show {
        /// The assessment: its id, or an organisation with one that has the duty
        assessment: String,
        #[command(flatten)]
        asking: Asking,
    },
}

/// `section-50 notify`.
#[derive(Debug, Args)]
pub struct NotifySection50 {
    /// The assessment: its id, or an organisation with one that has the duty
    pub assessment: String,
    /// Which letter: secretary_of_state or chief_executive_and_director
    #[arg(long, value_parser = word::<Letter>)]
    pub letter: Letter,
    #[command(flatten)]
    pub what: LetterSent,
    /// When it was sent (today, if not given)
    #[arg(long, value_name = "DATE")]
    pub sent_on: Option<PartialDate>,
    #[command(flatten)]
    pub writing: Writing,
}

/// A letter, by what proves it later.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct LetterSent {
    /// The letter as it was sent; only its BLAKE3 digest is recorded
    #[arg(long, value_name = "LETTER")]
    pub file: Option<String>,
    /// The digest itself: 64 hex digits, as `b3sum` prints it
    #[arg(long, value_name = "HEX")]
    pub digest: Option<Digest>,
}

/// `process-review …`.
#[derive(Debug, Subcommand)]
pub enum ProcessReview {
    /// Record a request, also one that is declined on arrival; its text is sealed
    #[command(before_help = "Example: piperoll process-review request X99000001-2026-a-p1 \
            --ground process_not_followed --file request.txt --received-on 2026-05-29 \
            --actor p-017")]
    Request(RequestProcessReview),
    /// Decide whether the process was followed
    #[command(before_help = "Example: piperoll process-review decide X99000001-2026-a-p1 \
            --outcome not_upheld --text 'Every step was taken.' --by p-040 --actor p-040")]
    Decide(DecideProcessReview),
    /// The requests: until when each could be made, and what became of it
    #[command(before_help = "Example: piperoll process-review list York")]
    List {
        /// About whom: codes, names or unique beginnings (all, if not given)
        #[arg(value_name = "ORGANISATION")]
        organisations: Vec<String>,
        #[command(flatten)]
        asking: Asking,
    },
    /// The requests about one publication, with their texts
    #[command(before_help = "Example: piperoll process-review show X99000001-2026-a-p1")]
    Show {
        /// The publication
        publication: PublicationId,
        #[command(flatten)]
        asking: Asking,
    },
}

/// `process-review request`.
#[derive(Debug, Args)]
pub struct RequestProcessReview {
    /// The publication that it is about
    pub publication: PublicationId,
    /// On what ground it is made: process_not_followed or other
    #[arg(long, value_parser = word::<ReviewGround>)]
    pub ground: ReviewGround,
    /// When it was received, which counts (today, if not given)
    #[arg(long, value_name = "DATE")]
    pub received_on: Option<PartialDate>,
    #[command(flatten)]
    pub words: Words,
    #[command(flatten)]
    pub writing: Writing,
}

/// `process-review decide`.
#[derive(Debug, Args)]
pub struct DecideProcessReview {
    /// The publication that the request is about
    pub publication: PublicationId,
    /// What was found: upheld (the process was not followed) or not_upheld
    #[arg(long, value_parser = word::<ReviewOutcome>)]
    pub outcome: ReviewOutcome,
    /// Who decided, having had no part in the assessment (whoever records it, if not given)
    #[arg(long, value_name = "PERSON")]
    pub by: Option<PersonId>,
    /// When (today, if not given)
    #[arg(long, value_name = "DATE")]
    pub decided_on: Option<PartialDate>,
    #[command(flatten)]
    pub words: Words,
    #[command(flatten)]
    pub writing: Writing,
}

/// `finance …`.
#[derive(Debug, Subcommand)]
pub enum Finance {
    /// Record a year of a local authority in figures, in place of what was known of it
    #[command(before_help = "Example: piperoll finance record York --year 2024-25 \
            --total-budget 512,300,000 --care-spend 151200000.50 --precept full --actor p-017")]
    Record(RecordFinance),
    /// The last two years of a local authority side by side; as data, every year
    #[command(before_help = "Example: piperoll finance list York")]
    List {
        /// Whose: code, name or a unique beginning
        organisation: String,
        #[command(flatten)]
        asking: Asking,
    },
}

/// `finance record`.
#[derive(Debug, Args)]
pub struct RecordFinance {
    /// The local authority: code, name or a unique beginning
    pub organisation: String,
    /// The financial year, from 1 April
    #[arg(long, value_name = "YYYY-YY")]
    pub year: FinancialYear,
    #[command(flatten)]
    pub figures: Figures,
    /// Where they are said
    #[arg(long, value_name = "URL")]
    pub source: Option<SourceUrl>,
    #[command(flatten)]
    pub writing: Writing,
}

/// The figures of a year; what is left out is not known.
#[derive(Debug, Args)]
pub struct Figures {
    /// What was to be spent on everything, in pounds: 1234567, 1,234,567 or 1234567.89
    #[arg(long, value_name = "POUNDS", value_parser = pence)]
    pub total_budget: Option<u64>,
    /// What was spent on everything
    #[arg(long, value_name = "POUNDS", value_parser = pence)]
    pub total_spend: Option<u64>,
    /// What was to be spent on adult social care
    #[arg(long, value_name = "POUNDS", value_parser = pence)]
    pub care_budget: Option<u64>,
    /// What was spent on adult social care
    #[arg(long, value_name = "POUNDS", value_parser = pence)]
    pub care_spend: Option<u64>,
    /// The adult social care precept: full or not_full
    #[arg(long, value_parser = word::<Precept>)]
    pub precept: Option<Precept>,
    /// People in long-term support
    #[arg(long, value_name = "PEOPLE", value_parser = whole)]
    pub long_term: Option<u64>,
    /// People in short-term support
    #[arg(long, value_name = "PEOPLE", value_parser = whole)]
    pub short_term: Option<u64>,
}

/// `conflict …`.
#[derive(Debug, Subcommand)]
pub enum Conflict {
    /// Record that two sources state different values, and which one is used, or that this is open
    #[command(before_help = "Example: piperoll conflict record York --field safeguarding \
            --a 2 --source-a 'the report, page 12' --b 3 --source-b 'a press release' \
            --use a --reason in_report --actor p-017")]
    Record(RecordConflict),
    /// Where sources disagree, and what is used
    #[command(before_help = "Example: piperoll conflict list York")]
    List {
        /// About whom: codes, names or unique beginnings (all, if not given)
        #[arg(value_name = "ORGANISATION")]
        organisations: Vec<String>,
        #[command(flatten)]
        asking: Asking,
    },
    /// The conflicts about one assessment, with their sources
    #[command(before_help = "Example: piperoll conflict show E06000014-2025-a")]
    Show {
        /// The assessment: its id, or an organisation (the one published last)
        assessment: String,
        #[command(flatten)]
        asking: Asking,
    },
}

/// `conflict record`.
#[derive(Debug, Args)]
pub struct RecordConflict {
    /// The assessment: its id, or an organisation (the one published last)
    pub assessment: String,
    /// What they speak of: overall_rating, overall_score, publication_date, or a quality
    /// statement by id or name
    #[arg(long)]
    pub field: String,
    /// What one source says: a rating (Good), a score (3), a percentage (62), a date (2025-05-16),
    /// or not_stated
    #[arg(long, value_name = "VALUE")]
    pub a: String,
    /// Which source that is, so that it can be found: a document, never a person, as it is public
    #[arg(long, value_name = "TEXT")]
    pub source_a: Citation,
    /// What another source says
    #[arg(long, value_name = "VALUE")]
    pub b: String,
    /// Which source that is
    #[arg(long, value_name = "TEXT")]
    pub source_b: Citation,
    /// Whose value is used: a or b (left open, if not given)
    #[arg(long = "use", value_name = "SIDE", value_parser = word::<Side>, requires = "reason")]
    pub used: Option<Side>,
    /// Why that one: figures_agree, in_report, copy_wrong, later or confirmed
    #[arg(long, value_parser = word::<ConflictReason>, requires = "used")]
    pub reason: Option<ConflictReason>,
    /// When it was found, or decided (today, if not given)
    #[arg(long, value_name = "DATE")]
    pub noted_on: Option<PartialDate>,
    #[command(flatten)]
    pub writing: Writing,
}

impl Figures {
    /// The figures as they are recorded.
    pub fn facts(&self) -> FinancialFacts {
        FinancialFacts {
            care_budget_pence: self.care_budget,
            care_spend_pence: self.care_spend,
            people_long_term: self.long_term,
            people_short_term: self.short_term,
            precept: self.precept,
            total_budget_pence: self.total_budget,
            total_spend_pence: self.total_spend,
        }
    }
}

/// Reads an amount in pounds, exactly, as pence.
fn pence(text: &str) -> Result<u64, String> {
    let form = || format!("`{text}` is not an amount in pounds (1234567, 1,234,567 or 1234567.89)");
    let (pounds, pence) = match text.split_once('.') {
        Some((pounds, pence)) if pence.len() == 2 => (pounds, digits(pence).ok_or_else(form)?),
        Some(_) => return Err(form()),
        None => (text, 0),
    };
    let pounds = grouped(pounds).ok_or_else(form)?;
    let all = pounds.checked_mul(100).and_then(|all| all.checked_add(pence));
    all.filter(|all| *all <= GREATEST).ok_or_else(|| format!("`{text}` pounds are too many"))
}

/// Reads a whole number.
fn whole(text: &str) -> Result<u64, String> {
    let number = grouped(text).ok_or_else(|| format!("`{text}` is not a whole number"))?;
    Some(number).filter(|it| *it <= GREATEST).ok_or_else(|| format!("`{text}` is too many"))
}

/// Reads digits, where there are commas then after every third from the right.
fn grouped(text: &str) -> Option<u64> {
    let (first, others) = text.split_once(',').map_or((text, None), |(a, b)| (a, Some(b)));
    let Some(others) = others else { return digits(first) };
    let fits = (1..=3).contains(&first.len()) && others.split(',').all(|group| group.len() == 3);
    fits.then(|| digits(&text.replace(',', ""))).flatten()
}

/// Reads digits alone: no sign and no space.
fn digits(text: &str) -> Option<u64> {
    let are_digits = text.bytes().all(|b| b.is_ascii_digit());
    are_digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{pence, whole};

    /// A comma in the wrong place, or a decimal more, would make a tenth or a thousandfold of it.
    #[test]
    fn amounts_are_read_exactly_or_not_at_all() {
        for (text, expected) in [
            ("0", 0),
            ("0.07", 7),
            ("1234567", 123_456_700),
            ("1,234,567.89", 123_456_789),
            ("12,345", 1_234_500),
            ("512300000", 51_230_000_000),
            ("90071992547409.91", 9_007_199_254_740_991),
        ] {
            assert_eq!(pence(text), Ok(expected), "{text}");
        }
        for wrong in [
            "",
            ".",
            "1.",
            ".50",
            "1.5",
            "1.500",
            "-1",
            "+1",
            "1 000",
            "1,00",
            "1000,000",
            ",100",
            "1,000,",
            "1,,000",
            "512.3m",
            "£5",
            "1e6",
            "1,000.0,0",
            "90071992547409.92",
            "99999999999999999999",
            "１",
        ] {
            assert!(pence(wrong).is_err(), "{wrong}");
        }
        assert_eq!(whole("4,210"), Ok(4_210));
        for wrong in ["", "4.5", "4,21", "-1", "9007199254740992"] {
            assert!(whole(wrong).is_err(), "{wrong}");
        }
    }
}
