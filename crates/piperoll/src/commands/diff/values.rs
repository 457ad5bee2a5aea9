//! The values that differ: as text, and in parts.

use crate::render::known;
use assessment::scoring::{Percent, Rating};
use projections::diff::{Item, RatingValue, Value};
use serde_json::{Value as Json, json};

/// A value in one cell.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Known => "known".to_owned(),
        Value::Rating(value) => rating(value),
        Value::Score { in_force: Some(score), waits: None } => score.to_string(),
        Value::Score { in_force, waits } => {
            format!("{} ({} waits)", known(in_force), known(waits)).trim_start().to_owned()
        }
        Value::On(date) => date.to_string(),
        Value::Due { levels, since, due_on } => {
            let by = due_on.map(|day| format!(", by {day}")).unwrap_or_default();
            let of =
                if levels.is_empty() { String::new() } else { format!(": {}", levels.join(" ")) };
            format!("since {since}{by}{of}")
        }
    }
}

/// A rating in force, and what was published if that is another.
fn rating(value: &RatingValue) -> String {
    let level = |rating: Option<Rating>, percent: Option<Percent>| {
        let percent = percent.map(|percent| format!("{percent} %")).unwrap_or_default();
        format!("{} {percent}", known(&rating.map(Rating::as_str))).trim().to_owned()
    };
    let in_force = level(value.rating, value.percent);
    let published = level(value.published_rating, value.published_percent);
    let on = known(&value.published_on);
    let is_same = value.published_rating == value.rating
        && value.published_percent.is_none_or(|percent| Some(percent) == value.percent);
    let published = match (published.as_str(), value.published_on) {
        ("", None) => String::new(),
        // Of a theme it may not be known what the report says.
        ("", Some(_)) => format!("(report of {on})"),
        _ if is_same => format!("(published {on})"),
        _ => format!("(published {published}, {on})"),
    };
    format!("{in_force} {published}").trim().to_owned()
}

/// A value in parts, named as other questions name them.
pub(super) fn in_parts(item: &Item, value: &Value) -> Json {
    match value {
        Value::Known => json!({ "known": true }),
        Value::Rating(value) => json!({
            "rating": value.rating.map(Rating::as_str),
            "score": value.percent,
            "published_rating": value.published_rating.map(Rating::as_str),
            "published_score": value.published_percent,
            "published_on": value.published_on,
        }),
        Value::Score { in_force, waits } => json!({ "score": in_force, "waiting": waits }),
        Value::On(date) if matches!(item, Item::Changed(_)) => json!({ "changed_on": date }),
        Value::On(date) => json!({ "reviewed_on": date }),
        Value::Due { levels, since, due_on } => {
            json!({ "levels": levels, "since": since, "due_on": due_on })
        }
    }
}
