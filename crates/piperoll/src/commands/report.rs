//! `report`.

use super::{Home, ask, open, organisation};
use crate::cli::{Audience, Report, ReportFormat};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::{report, world};
use assessment::{AssessmentId, OrganisationCode};
use ledger::{AsOf, At, Ledger, Wanted};
use std::io::Write;

/// `report`.
pub fn run(home: &Home, args: &Report, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let audience = match args.audience {
        Audience::Regulator => ledger::Audience::Regulator,
        Audience::Public | Audience::Body(_) => ledger::Audience::Public,
    };
    let at = At { as_of: args.as_of.map(AsOf::Day), audience, ..At::default() };
    let id = assessment(&mut ledger, at, args)?;
    let Some(found) = ledger.report(at, id, wanted(id, args)?)? else {
        return Err(missing(&mut ledger, at, id, args)?);
    };
    let text = match args.format {
        ReportFormat::Md => report::markdown(&found),
        ReportFormat::Html => report::html(&found),
        ReportFormat::Json => report::json(&found),
    };
    Ok(writeln!(out, "{}", text.trim_end())?)
}

/// The assessment that a person means: by its id, or by an organisation, which has one draft, or
/// one report that is the current one.
fn assessment(ledger: &mut Ledger, at: At, args: &Report) -> Result<AssessmentId, Failure> {
    if let Ok(id) = args.assessment.parse() {
        return Ok(id);
    }
    match args.audience {
        Audience::Public if args.draft => return Err(not_its_own()),
        Audience::Regulator if args.draft => return super::assessment(ledger, &args.assessment),
        Audience::Body(own) if args.draft => {
            let code = organisation(ledger, at, &args.assessment)?;
            return if code == own { shared(ledger, at, code) } else { Err(not_its_own()) };
        }
        _ => {}
    }
    // What is published, for the regulator too: what is open is a draft.
    let at = At { audience: ledger::Audience::Public, ..at };
    let code = organisation(ledger, at, &args.assessment)?;
    let current =
        ask(ledger, at, &|catalogue| Ok(catalogue.body(code)?.and_then(|body| body.current)))?;
    current.ok_or_else(|| {
        let hint = match args.audience {
            Audience::Regulator => "--draft prints the draft of what is open",
            _ => "`piperoll publication list` shows what is published",
        };
        Failure::new(REFUSED, format!("no report on {code} is published")).hint(hint)
    })
}

/// The open assessment whose draft was shared with its body; of others a body is told nothing.
fn shared(ledger: &mut Ledger, at: At, code: OrganisationCode) -> Result<AssessmentId, Failure> {
    let state = ledger.state(at, &|_| vec![code])?;
    let open = state.assessments_of(code).filter(|(_, it)| it.is_open() && !it.windows.is_empty());
    let open: Vec<AssessmentId> = open.map(|(id, _)| id).collect();
    match open.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::new(
            REFUSED,
            format!("no draft of an open assessment of {code} is shared"),
        )
        .hint("`report` without --draft prints what is published")),
        several => {
            let several: Vec<_> = several.iter().map(AssessmentId::as_str).collect();
            Err(Failure::new(REFUSED, format!("{code} has drafts of {}", several.join(", ")))
                .hint("give the id of one"))
        }
    }
}

/// Which report an audience may see.
fn wanted(id: AssessmentId, args: &Report) -> Result<Wanted, Failure> {
    let is_own = |code| code == id.organisation();
    Ok(match (args.draft, args.audience) {
        (false, Audience::Regulator) => Wanted::PublishedWithCategories,
        (false, Audience::Body(code)) if is_own(code) => Wanted::PublishedWithCategories,
        (false, Audience::Public | Audience::Body(_)) => Wanted::Published,
        (true, Audience::Regulator) => Wanted::Draft(args.as_of.unwrap_or(world::now().day())),
        (true, Audience::Body(code)) if is_own(code) => Wanted::SharedDraft,
        (true, Audience::Public | Audience::Body(_)) => return Err(not_its_own()),
    })
}

fn not_its_own() -> Failure {
    let cause = "refused: a draft is for the regulator and its own body [not_for_audience]";
    Failure::new(REFUSED, cause).hint("without --draft: what is published")
}

/// Why there is no such report; everybody but the regulator is told the same of an assessment that
/// is not published as of one that does not exist.
fn missing(
    ledger: &mut Ledger,
    at: At,
    id: AssessmentId,
    args: &Report,
) -> Result<Failure, Failure> {
    let is_known = args.audience == Audience::Regulator && {
        let state = ledger.state(at, &|_| vec![id.organisation()])?;
        state.assessments.contains_key(&id)
    };
    let failure = |cause: &str, hint: &str| Failure::new(REFUSED, cause).hint(hint);
    Ok(match (args.draft, args.audience) {
        (true, Audience::Body(_)) => failure(
            &format!("no draft of {id} was shared"),
            "`report` without --draft prints what is published",
        ),
        (_, Audience::Regulator) if !is_known => super::assessment::unknown(id),
        (true, Audience::Regulator) => failure(
            &format!("{id} was published before this ledger was kept: it has no draft"),
            &format!("`piperoll report {id}` prints what is known of it"),
        ),
        (_, Audience::Regulator) => failure(
            &format!("{id} is not published"),
            &format!("`piperoll report {id} --draft` prints the draft"),
        ),
        _ => failure(
            &format!("no report on {id} is published"),
            "`piperoll publication list` shows what is published",
        ),
    })
}
