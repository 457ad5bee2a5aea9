//! `coverage`.

use super::national::plural;
use super::{Home, at, day_of, open};
use crate::cli::{Audience, Coverage as Args, Format};
use crate::exit::Outcome;
use crate::render::{self, Column, Row, known};
use crate::world;
use ledger::At;
use projections::{AimState, CoverageRow, Extra};
use std::io::Write;

/// `coverage`.
pub fn run(home: &Home, args: &Args, out: &mut dyn Write) -> Outcome {
    let mut ledger = open(home)?;
    super::say_set_aside(&ledger, &args.asking)?;
    let at = At { effective: args.asking.effective.or(args.on), ..at(&args.asking) };
    let include = args.include.iter().map(|_| Extra::Fictional).collect();
    let on = args.on.map_or_else(|| day_of(&ledger, at), Ok)?;
    let rows =
        super::ask(&mut ledger, at, &|catalogue| catalogue.coverage(args.kind, on, &include))?;
    render::rows(out, args.asking.format, &rows)?;
    if args.asking.format == Format::Table && !rows.is_empty() {
        out.flush()?;
        if args.asking.audience != Audience::Regulator {
            world::say("open: that an assessment is in progress is not public");
        } else {
            world::say("open: those not yet assessed whose assessment is in progress");
        }
        if rows.iter().any(|row| row.aim_months.is_some() && row.aim_on.is_none()) {
            world::say("an aim has no date where it is not known when its phase began");
        }
    }
    Ok(())
}

impl Row for CoverageRow {
    const HEADER: &'static [&'static str] = &[
        "kind",
        "phase",
        "name",
        "frameworks",
        "from",
        "to",
        "bodies",
        "assessed",
        "in_progress",
        "not_started",
        "not_assessed",
        "percent",
        "aim_months",
        "aim_on",
        "state",
        "overdue_days",
    ];

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::text("phase", |row| row.name.clone()),
            Column::right("bodies", |row| row.bodies.to_string()),
            Column::right("assessed", |row| match row.percent {
                Some(percent) => format!("{} ({percent} %)", row.assessed),
                None => row.assessed.to_string(),
            }),
            Column::right("not yet", |row| row.not_assessed.to_string()),
            Column::right("open", |row| known(&row.in_progress)),
            Column::text("aim", aim),
        ]
    }

    fn heading(&self) -> Option<String> {
        Some(plural(self.kind).to_owned())
    }
}

/// What is to be reached by when, and how that stands.
fn aim(row: &CoverageRow) -> String {
    let Some(months) = row.aim_months else { return String::new() };
    let Some(on) = row.aim_on else { return format!("within {months} months of its start") };
    let days = |days: i64| if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    let state = match (row.state, row.overdue_days) {
        (Some(AimState::Overdue), Some(over)) => format!(": overdue by {}", days(over)),
        (Some(AimState::Met), _) => ": met".to_owned(),
        (Some(AimState::MetLate), _) => ": met late".to_owned(),
        (Some(AimState::OnTheWay), _) => ": on the way".to_owned(),
        (Some(AimState::NotBegun), _) => ": not begun".to_owned(),
        (Some(AimState::Overdue), None) | (None, _) => String::new(),
    };
    format!("by {on}{state}")
}
