//! Tables that no question prints in just these rows.

use super::{Table, json, object};
use ::assessment::{Calendar, Event, PartialDate, State};
use ledger::Recorded;
use std::collections::BTreeSet;

/// The records that make others void.
pub fn strike_outs(records: &[Recorded]) -> Table {
    let header = [
        "position",
        "struck_on",
        "organisation",
        "assessment",
        "struck",
        "kind",
        "reason",
        "by",
        "publication",
    ];
    let mut table = Table::empty("strike_outs", &header);
    for recorded in records {
        let Event::RecordStruckOut(event) = &recorded.event else { continue };
        table.rows.push(object([
            ("position", json(recorded.stamp.position)),
            ("struck_on", json(event.struck_on)),
            ("organisation", json(event.organisation)),
            ("assessment", json(event.assessment)),
            ("struck", json(event.position)),
            ("kind", json(&event.struck)),
            ("reason", json(event.reason)),
            ("by", json(event.by)),
            ("publication", json(event.publication)),
        ]));
    }
    table
}

/// The bank holidays, as `calendar list` prints them.
pub fn calendar(state: &State) -> Table {
    let shipped = Calendar::shipped();
    let shipped: BTreeSet<_> = shipped.days().map(|(day, _)| day).collect();
    let mut table = Table::empty("calendar", &["day", "weekday", "name", "origin"]);
    for (day, name) in state.calendar.days() {
        table.rows.push(object([
            ("day", json(PartialDate::from(day))),
            ("weekday", json(day.format("%A").to_string())),
            ("name", json(name)),
            ("origin", json(if shipped.contains(&day) { "shipped" } else { "added" })),
        ]));
    }
    table
}

/// The passages that are written, each in its last version.
pub fn drafts(state: &State) -> Table {
    let header = [
        "assessment",
        "section",
        "theme",
        "statement",
        "version",
        "written_on",
        "length",
        "media_type",
    ];
    let mut table = Table::empty("drafts", &header);
    let drafts = state.assessments.values().flat_map(|it| it.drafts.values());
    for draft in drafts {
        table.rows.push(object([
            ("assessment", json(draft.assessment)),
            ("section", json(draft.passage.section)),
            ("theme", json(draft.passage.theme)),
            ("statement", json(draft.passage.statement)),
            ("version", json(draft.version)),
            ("written_on", json(draft.written_on)),
            ("length", json(draft.content.length)),
            ("media_type", json(&draft.content.media_type)),
        ]));
    }
    table
}
