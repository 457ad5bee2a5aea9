//! `report`.

use super::{Home, ask, at, open, organisation};
use crate::cli::{Audience, Report, ReportFormat};
use crate::exit::{Failure, Outcome, REFUSED};
use crate::{report, world};
use assessment::state::Assessment;
use assessment::{AssessmentId, NationalId, OrganisationCode, PublicationId};
use ledger::report::Reader;
use ledger::{At, Ledger, Wanted};
use std::io::Write;

/// What a person names: the report on an assessment, or one of its publications.
#[derive(Debug, Clone, Copy)]
struct Named {
    assessment: AssessmentId,
    publication: Option<PublicationId>,
}

/// `report`.
pub fn run(home: &Home, args: &Report, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    let (at, format) = (at(&args.asking), args.asking.format);
    if let Some(id) = args.assessment.strip_prefix("national/") {
        return national(&mut ledger, at, id, format, out);
    }
    let named = named(&mut ledger, at, args)?;
    let wanted = wanted(&ledger, at, named, args)?;
    let Some(found) = ledger.report(at, named.assessment, wanted)? else {
        return Err(missing(&mut ledger, at, named, args)?);
    };
    let text = match format {
        ReportFormat::Md => report::markdown(&found),
        ReportFormat::Html => report::html(&found),
        ReportFormat::Json => report::json(&found),
    };
    Ok(writeln!(out, "{}", text.trim_end())?)
}

/// A report on all bodies together, by its id.
fn national(
    ledger: &mut Ledger,
    at: At,
    id: &str,
    format: ReportFormat,
    out: &mut dyn Write,
) -> Outcome {
    let unknown = || {
        Failure::new(REFUSED, format!("no national report {id} is published"))
            .hint("`piperoll log --kind national_report_published` lists them")
    };
    let id: NationalId = id.parse().map_err(|_| unknown())?;
    let (published, released) = ledger.national_report(at, id)?.ok_or_else(unknown)?;
    let text = match format {
        ReportFormat::Md => report::national::markdown(&published, &released),
        ReportFormat::Html => report::national::html(&published, &released),
        ReportFormat::Json => crate::render::json(&released),
    };
    Ok(writeln!(out, "{}", text.trim_end())?)
}

/// What a person means: a publication or an assessment by its id, or an organisation, which has
/// one draft, or one report that is the current one.
fn named(ledger: &mut Ledger, at: At, args: &Report) -> Result<Named, Failure> {
    if let Ok(publication) = args.assessment.parse::<PublicationId>() {
        let assessment = publication.assessment();
        return if args.draft {
            let cause = format!("{publication} is published: it is no draft");
            let hint = format!("`piperoll report {assessment} --draft` prints the draft");
            Err(Failure::new(REFUSED, cause).hint(hint))
        } else {
            Ok(Named { assessment, publication: Some(publication) })
        };
    }
    let assessment = assessment(ledger, at, args)?;
    Ok(Named { assessment, publication: None })
}

fn assessment(ledger: &mut Ledger, at: At, args: &Report) -> Result<AssessmentId, Failure> {
    if let Ok(id) = args.assessment.parse() {
        return Ok(id);
    }
    match args.asking.audience {
        Audience::Public if args.draft => return Err(not_its_own()),
        Audience::Regulator if args.draft => return in_work(ledger, at, args),
        Audience::Body(own) if args.draft => {
            let code = organisation(ledger, at, &args.assessment)?;
            return if code == own { shared(ledger, at, code) } else { Err(not_its_own()) };
        }
        _ => {}
    }
    // What is published, for the regulator too: what is open is a draft.
    let at = at.in_public();
    let code = organisation(ledger, at, &args.assessment)?;
    let current =
        ask(ledger, at, &|catalogue| Ok(catalogue.body(code)?.and_then(|body| body.current)))?;
    current.ok_or_else(|| {
        let hint = match args.asking.audience {
            Audience::Regulator => "--draft prints the draft of what is open",
            _ => "`piperoll publication list` shows what is published",
        };
        Failure::new(REFUSED, format!("no report on {code} is published")).hint(hint)
    })
}

/// The assessment that is open, or else the one that is published and written on again.
fn in_work(ledger: &mut Ledger, at: At, args: &Report) -> Result<AssessmentId, Failure> {
    let none = match super::assessment(ledger, &args.assessment) {
        Err(failure) => failure,
        found => return found,
    };
    let Ok(code) = organisation(ledger, at, &args.assessment) else { return Err(none) };
    let state = ledger.state(at, &|_| vec![code])?;
    let has_open = state.assessments_of(code).any(|(_, it)| it.is_open());
    let is_written_on = |id: &AssessmentId| {
        let assessment = &state.assessments[id];
        !assessment.since.passages.is_empty() || !assessment.windows.is_empty()
    };
    let last = state.last_published(code).filter(|_| !has_open);
    last.filter(is_written_on).ok_or(none)
}

/// The assessment whose draft was shared with its body and is not published yet; of others a body
/// is told nothing.
fn shared(ledger: &mut Ledger, at: At, code: OrganisationCode) -> Result<AssessmentId, Failure> {
    let state = ledger.state(at, &|_| vec![code])?;
    // The windows of a draft that was published are closed with it.
    let is_shared = |it: &Assessment| it.cancelled.is_none() && !it.windows.is_empty();
    let open = state.assessments_of(code).filter(|(_, it)| is_shared(it));
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
fn wanted(ledger: &Ledger, at: At, named: Named, args: &Report) -> Result<Wanted, Failure> {
    let is_own = |code| code == named.assessment.organisation();
    let published = |reader| Wanted::Published { publication: named.publication, reader };
    Ok(match (args.draft, args.asking.audience) {
        (false, Audience::Regulator) => published(Reader::Regulator),
        (false, Audience::Body(code)) if is_own(code) => published(Reader::Body),
        (false, Audience::Public | Audience::Body(_)) => published(Reader::Public),
        (true, Audience::Regulator) => {
            let day = at.effective.map_or_else(|| ledger.day_at(at), |day| Ok(Some(day)))?;
            Wanted::Draft(day.unwrap_or_else(|| world::now().day()))
        }
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
    Named { assessment: id, publication }: Named,
    args: &Report,
) -> Result<Failure, Failure> {
    if let Some(publication) = publication {
        let hint = "`piperoll publication list` shows what is published";
        let cause = format!("no report {publication} is published");
        return Ok(Failure::new(REFUSED, cause).hint(hint));
    }
    let is_known = args.asking.audience == Audience::Regulator && {
        let state = ledger.state(at, &|_| vec![id.organisation()])?;
        state.assessments.contains_key(&id)
    };
    let failure = |cause: &str, hint: &str| Failure::new(REFUSED, cause).hint(hint);
    Ok(match (args.draft, args.asking.audience) {
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
