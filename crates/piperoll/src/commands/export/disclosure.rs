//! `export disclosure`: what was known of one body on a date, for an information request. Texts,
//! sources in somebody's words, persons, other bodies and what sensitive evidence is are left out,
//! each so that it can be shown later what it was.

mod left_out;

use super::happenings;
use crate::cli::{ExportDisclosure, Format};
use crate::commands::history::HappeningRow;
use crate::commands::{ask, organisation};
use crate::exit::{Failure, Outcome, REFUSED, UNABLE};
use crate::place::{Place, name_of, taken, unable};
use crate::render::{self, Row, count, facts, json};
use crate::{rows, world};
use assessment::{Content, Event, EvidenceId, Name, OrganisationCode};
use journal::{Record, Store};
use ledger::{AsOf, At, ContentError, Filter, Instant, Ledger, decode};
use left_out::{Counted, LeavingOut};
use projections::{Body, Flag, Flags, Knowing};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// `export disclosure`.
pub fn run(ledger: &mut Ledger, args: &ExportDisclosure, out: &mut dyn Write) -> Outcome {
    if args.as_of > world::now().day() {
        let cause = format!("{} is still to come: nobody knows what will be known", args.as_of);
        return Err(Failure::new(REFUSED, cause).hint("name today, or a day before"));
    }
    let at = At { as_of: Some(AsOf::Day(args.as_of)), ..At::default() };
    let code = organisation(ledger, at, &args.organisation)?;
    let dir: PathBuf = match &args.dir {
        Some(dir) => dir.clone(),
        None => format!("{code}-{}", args.as_of).into(),
    };
    if let Some(file) = &args.openings {
        name_of(file)?;
        if resolved(file).starts_with(resolved(&dir)) {
            let cause = format!("{} would lie in what is handed out", file.display());
            return Err(Failure::new(REFUSED, cause).hint("name a file elsewhere for the openings"));
        }
    }
    let place = Place::of_new_directory(&dir)?;
    let told = Told::of(ledger, at, code, args)?;
    for (name, bytes) in &told.files {
        place.write(name, bytes)?;
    }
    match &args.openings {
        Some(file) => write_openings(file, &told.openings.join(""), || place.finish())?,
        None => place.finish()?,
    }
    say(&told, &dir.display().to_string(), args, out)
}

/// Where a path leads, however it is written; below the last directory that is there, as written.
fn resolved(path: &Path) -> PathBuf {
    let path = if path == Path::new("") { Path::new(".") } else { path };
    match (fs::canonicalize(path), path.parent(), path.file_name()) {
        (Ok(whole), ..) => whole,
        (Err(_), Some(parent), Some(name)) => resolved(parent).join(name),
        (Err(_), ..) => path.to_owned(),
    }
}

/// Writes a file for its owner alone, and then does the rest; without that, the file opens nothing
/// and goes again.
fn write_openings(file: &Path, text: &str, rest: impl FnOnce() -> Outcome) -> Outcome {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let mut opened = opened.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => taken(file, "somebody's file"),
        _ => unable("create", file, &error),
    })?;
    let written = opened.write_all(text.as_bytes());
    let written = written.map_err(|error| unable("write", file, &error)).and_then(|()| rest());
    if written.is_err() {
        let _ = fs::remove_file(file);
    }
    written
}

/// All that is handed out, and what opens what is not.
struct Told {
    name: Name,
    code: OrganisationCode,
    flags: Flags,
    files: BTreeMap<&'static str, Vec<u8>>,
    records: u64,
    counted: Counted,
    /// A line for each text that was left out and can be opened.
    openings: Vec<String>,
}

impl Told {
    fn of(
        ledger: &mut Ledger,
        at: At,
        code: OrganisationCode,
        args: &ExportDisclosure,
    ) -> Result<Self, Failure> {
        let filter = Filter { organisations: vec![code], ..Filter::default() };
        // Asked at once, as the journal is folded for each question about an earlier day.
        let (bodies, scores, ratings, publications) = ask(ledger, at, &|catalogue| {
            let (scores, ratings) = (catalogue.scores(&filter)?, catalogue.ratings(&filter)?);
            let publications = catalogue.publications(code)?;
            Ok((catalogue.organisations()?, scores, ratings, publications))
        })?;
        let own = bodies.iter().find(|body| body.facts.code == code);
        let facts = own.expect("the name was found among the bodies").facts.clone();
        let (others, sensitive) = (others(&bodies, code), sensitive(ledger, at)?);
        let mut leaving_out = LeavingOut::of(code, others, sensitive);
        let mut told = Self {
            name: facts.name,
            code,
            flags: Flags::default().with(Flag::Fictional, facts.fictional),
            files: BTreeMap::new(),
            records: 0,
            counted: Counted::default(),
            openings: vec![],
        };
        told.put(SCORES, &scores)?;
        told.put(RATINGS, &ratings)?;
        told.put(PUBLICATIONS, &publications)?;
        told.read(ledger, at, args, &mut leaving_out)?;
        told.counted = leaving_out.counted;
        told.put(HISTORY, &history(ledger, at, code, &leaving_out)?)?;
        let origin = ledger.origin()?;
        let about = serde_json::to_vec_pretty(&about(&told, &origin, args));
        let mut about = about.expect("it is texts, numbers and objects of these");
        about.push(b'\n');
        told.files.insert(ABOUT, about);
        Ok(told)
    }

    fn put<R: Row>(&mut self, file: &'static str, rows: &[R]) -> Outcome {
        let mut bytes = Vec::new();
        render::rows(&mut bytes, Format::Csv, rows)?;
        self.files.insert(file, bytes);
        Ok(())
    }

    /// The records about the body, each without what is left out.
    fn read(
        &mut self,
        ledger: &mut Ledger,
        at: At,
        args: &ExportDisclosure,
        leaving_out: &mut LeavingOut,
    ) -> Outcome {
        let void = ledger.strike_outs(at)?.void();
        let attributed = attributed(ledger, at, self.code)?;
        let end = ledger.end_at(at)?;
        let mut lines = Vec::new();
        let mut records = ledger.store().records(0, &end)?;
        while let Some(entry) = records.next()? {
            let record = &entry.record;
            if !is_about(&decode(record)?, self.code, &attributed) {
                continue;
            }
            let line = line(record, void.get(&record.position).copied(), leaving_out);
            lines.extend_from_slice(line.to_string().as_bytes());
            lines.push(b'\n');
            self.records += 1;
            if args.openings.is_some() {
                for content in &leaving_out.contents {
                    self.openings.extend(opening(ledger, record.position, content)?);
                }
            }
        }
        self.files.insert(RECORDS, lines);
        Ok(())
    }
}

const ABOUT: &str = "disclosure.json";
const HISTORY: &str = "history.csv";
const PUBLICATIONS: &str = "publications.csv";
const RATINGS: &str = "ratings.csv";
const RECORDS: &str = "records.jsonl";
const SCORES: &str = "scores.csv";

/// What stands in a cell of which something is left out.
const LEFT_OUT: &str = "(left out)";

/// The codes that other bodies are known by.
fn others(bodies: &[Body], code: OrganisationCode) -> BTreeSet<OrganisationCode> {
    let (own, others): (Vec<_>, Vec<_>) = bodies.iter().partition(|it| it.facts.code == code);
    let codes = |bodies: Vec<&Body>| -> BTreeSet<OrganisationCode> {
        let aliases = bodies.iter().flat_map(|body| &body.facts.aliases);
        let aliases = aliases.filter_map(|alias| alias.as_str().parse().ok());
        bodies.iter().map(|body| body.facts.code).chain(aliases).collect()
    };
    &codes(others) - &codes(own)
}

/// What `history` tells of the body, without who decided and other bodies.
fn history(
    ledger: &Ledger,
    at: At,
    code: OrganisationCode,
    leaving_out: &LeavingOut,
) -> Result<Vec<HappeningRow>, Failure> {
    let wanted = |event: &Event| event.organisation().is_none_or(|about| about == code);
    let records = ledger.gather(at, &wanted)?;
    let mut rows = happenings::rows(&records, [code], Knowing::Everything, None)?;
    for row in &mut rows {
        row.by.clear();
        if leaving_out.is_of_sensitive_evidence(&row.about, &row.detail) {
            LEFT_OUT.clone_into(&mut row.detail);
        }
        for cell in [&mut row.about, &mut row.detail] {
            if leaving_out.names_somebody(cell) {
                LEFT_OUT.clone_into(cell);
            }
        }
    }
    Ok(rows)
}

/// The evidence that holds what people said in confidence.
fn sensitive(ledger: &Ledger, at: At) -> Result<BTreeSet<EvidenceId>, Failure> {
    let sensitive = ledger.gather(at, &|event| match event {
        Event::EvidenceSubmitted(event) => event.sensitive,
        _ => false,
    })?;
    let ids = sensitive.into_iter().filter_map(|recorded| match recorded.event {
        Event::EvidenceSubmitted(event) => Some(event.evidence),
        _ => None,
    });
    Ok(ids.collect())
}

/// The evidence that was first entered for another body, and is about this one too.
fn attributed(
    ledger: &Ledger,
    at: At,
    code: OrganisationCode,
) -> Result<BTreeSet<EvidenceId>, Failure> {
    let to_it = |event: &Event| match event {
        Event::EvidenceAttributed(event) => event.organisation == code,
        _ => false,
    };
    let in_force = ledger.gather(at, &to_it)?.into_iter().filter(|it| it.void_by.is_none());
    let ids = in_force.filter_map(|recorded| match recorded.event {
        Event::EvidenceAttributed(event) => Some(event.evidence),
        _ => None,
    });
    Ok(ids.collect())
}

/// Also a panel that sat on an assessment of the body, as it belongs to no body alone; and what
/// came and became of evidence that is attributed to it.
fn is_about(event: &Event, code: OrganisationCode, attributed: &BTreeSet<EvidenceId>) -> bool {
    let is_attributed = match event {
        Event::PanelConvened(panel) => {
            return panel.assessments.iter().any(|it| it.organisation() == code);
        }
        Event::EvidenceSubmitted(event) => attributed.contains(&event.evidence),
        Event::EvidenceWithdrawn(event) => attributed.contains(&event.evidence),
        Event::EvidenceErased(event) => attributed.contains(&event.evidence),
        _ => false,
    };
    is_attributed || event.organisation() == Some(code)
}

/// A record as it is handed out.
fn line(record: &Record<'_>, void_by: Option<u64>, leaving_out: &mut LeavingOut) -> Value {
    let data = serde_json::from_str(record.data).expect("a record's data is JSON");
    let mut line = json!({
        "actor": leaving_out.person(),
        "data": leaving_out.data(data),
        "hash": record.hash,
        "kind": record.kind,
        "occurred_on": record.occurred_on,
        "position": record.position,
        "recorded_at": record.recorded_at,
    });
    if let Some(by) = void_by {
        line["struck_out_by"] = json!(by);
    }
    line
}

/// What opens a text; nothing where its key is gone, as it is of what was erased.
fn opening(ledger: &Ledger, position: u64, content: &Content) -> Result<Option<String>, Failure> {
    if ledger.contents().keys()?.is_none() {
        let cause = "the keys of this ledger's texts are not here, so none can be opened";
        return Err(Failure::new(UNABLE, cause)
            .hint("--config or PIPEROLL_CONFIG names the directory of the keys"));
    }
    let opened = match ledger.contents().open(content) {
        Err(ContentError::KeyMissing { .. }) => return Ok(None),
        opened => opened?,
    };
    let salt: String = opened.salt.iter().map(|byte| format!("{byte:02x}")).collect();
    let opening = json!({
        "commitment": content.commitment,
        "length": content.length,
        "media_type": content.media_type,
        "position": position,
        "salt": salt,
        "sealed": content.sealed,
    });
    Ok(Some(format!("{}\n", json(&opening))))
}

/// What the export says of itself.
fn about(told: &Told, origin: &str, args: &ExportDisclosure) -> Value {
    let until = Instant::end_of(args.as_of).to_string();
    json!({
        "about": "what this ledger had recorded of one body by the end of a day in London",
        "as_of": args.as_of.to_string(),
        "files": {
            HISTORY: "all that happened to it, by the dates on which it did; who decided is left \
                      out",
            PUBLICATIONS: "the publications of the body, and what had become of each",
            RATINGS: "its ratings, as published and as the scores in force gave them",
            RECORDS: "the records about it, in the order of recording, a JSON object a line; one \
                      with struck_out_by counts for nothing",
            SCORES: "its scores of quality statements",
        },
        "ledger": origin,
        "left_out": told.counted,
        "omissions": {
            "citation": "A source in somebody's words, or a short text that names a person or \
                         another body. Committed to by the hash of the record.",
            "organisation": "Another body: a code, or an id that begins with one. Committed to by \
                             the hash of the record.",
            "person": "A pseudonym. Committed to by the hash of the record.",
            "sensitive": "Of evidence that holds what people said in confidence: all but its \
                          category, and where it was used. Committed to by the hash of the record.",
            "text": "A text or a piece of evidence, which lies sealed beside the ledger. \
                     Committed to by `commitment`.",
        },
        "opening": {
            "record": "`hash` is BLAKE3-256 of the record whole, with a salt of 16 random bytes \
                       that only the record holds. Whoever shows the record's line opens all that \
                       was left out of it but texts: `jq -cj .record LINE | b3sum` gives the hash.",
            "text": "`commitment` is BLAKE3-256 of 32 bytes of salt followed by the bytes of the \
                     text. Whoever shows both opens it: `(printf SALT | xxd -r -p; cat TEXT) | \
                     b3sum` gives the commitment, where SALT is written in hex digits.",
        },
        "organisation": told.code,
        "organisation_name": told.name,
        "program": concat!("piperoll ", env!("CARGO_PKG_VERSION")),
        "records": told.records,
        "recorded_until": until,
    })
}

fn say(told: &Told, dir: &str, args: &ExportDisclosure, out: &mut dyn Write) -> Outcome {
    let Counted { citations, organisations, persons, sensitive, texts } = told.counted;
    let openings = args.openings.as_ref().map(|file| {
        let (opened, file) = (told.openings.len(), file.display());
        format!("{file}: {opened} of {}", count(texts, "text"))
    });
    let places = |what: &str, number| format!("{what} in {}", count(number, "place"));
    let (persons, bodies) = (places("persons", persons), places("other bodies", organisations));
    let citations = (citations > 0).then(|| count(citations, "citation"));
    let sensitive = (sensitive > 0).then(|| places("sensitive evidence", sensitive));
    let parts = [Some(count(texts, "text")), citations, Some(persons), Some(bodies), sensitive];
    let left_out = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    facts(
        out,
        &[
            ("written", dir.to_owned()),
            ("of", format!("{}, {}", rows::body(&told.name, &told.flags), told.code)),
            ("as of", args.as_of.to_string()),
            ("records", told.records.to_string()),
            ("left out", left_out),
            ("openings", openings.unwrap_or_default()),
        ],
    )?;
    out.flush()?;
    world::say(format_args!(
        "warning: {dir} holds what is not published: it is for whom the regulator decides to hand \
         it to"
    ));
    if let Some(file) = &args.openings {
        world::say(format_args!(
            "warning: {} opens what was left out: it stays with the holder and must not be handed \
             out",
            file.display()
        ));
    }
    Ok(())
}
