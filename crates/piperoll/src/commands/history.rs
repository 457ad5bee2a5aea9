//! `history`.

use super::{Home, ask, at, open, organisation};
use crate::cli::BodyHistory as Args;
use crate::exit::Outcome;
use crate::render::{self, Column, Row, known};
use crate::rows;
use assessment::PublicationId;
use projections::{Fate, HistoryRow, Note};
use std::io::Write;

/// `history`.
pub fn run(home: &Home, args: &Args, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    super::say_set_aside(&ledger, &args.asking)?;
    let at = at(&args.asking);
    let code = organisation(&mut ledger, at, &args.organisation)?;
    let rows = ask(&mut ledger, at, &|catalogue| catalogue.publications(code))?;
    render::rows(out, args.asking.format, &rows)
}

impl Row for HistoryRow {
    const HEADER: &'static [&'static str] = &[
        "organisation",
        "name",
        "published_on",
        "publication",
        "assessment",
        "kind",
        "framework",
        "method",
        "rating",
        "score",
        "fate",
        "followed_by",
        "withdrawn_on",
        "withdrawal_reason",
        "reissue_reason",
        "note",
        "flags",
        "position",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::left("published", |row| row.published_on.to_string()),
            Column::left("publication", |row| within(row, row.publication)),
            Column::left("framework", |row| row.framework.to_string()),
            Column::text("rating", |row| known(&row.rating)),
            Column::right("score", |row| known(&row.score)),
            Column::text("since then", in_words),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(format!("{}, {}", rows::body(&self.name, &self.flags), self.organisation))
    }
}

/// A publication's id without that of the body, which stands above.
fn within(row: &HistoryRow, publication: PublicationId) -> String {
    let body = format!("{}-", row.organisation);
    let id = publication.to_string();
    id.strip_prefix(&body).map_or(id.clone(), str::to_owned)
}

/// What became of it, and what a reader must know of it.
fn in_words(row: &HistoryRow) -> String {
    let by = row.followed_by.map(|by| within(row, by));
    let place = by.as_ref().map(|by| format!("{by} followed"));
    let fate = match row.fate {
        Fate::Current => "current".to_owned(),
        Fate::Reissued => format!("{} took its place", known(&by)),
        Fate::Superseded => known(&place),
        Fate::Withdrawn => {
            let (on, reason) = (known(&row.withdrawn_on), known(&row.withdrawal_reason));
            // Within its assessment nothing can follow it but what takes its place.
            let is_own = row.followed_by.is_some_and(|by| by.assessment() == row.assessment);
            let place = if is_own { by.map(|by| format!("{by} took its place")) } else { place };
            let place = place.map(|place| format!("; {place}")).unwrap_or_default();
            format!("withdrawn {on} ({reason}){place}")
        }
    };
    let note = row.note.map(Note::as_str);
    [Some(fate.as_str()), note].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
