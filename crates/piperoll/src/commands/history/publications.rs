//! The publications of a body, as rows of a file.

use crate::render::{Column, Row, known};
use projections::HistoryRow;

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
            Column::left("publication", |row| row.publication.to_string()),
            Column::text("rating", |row| known(&row.rating)),
            Column::right("score", |row| known(&row.score)),
            Column::left("since then", |row| row.fate.as_str().to_owned()),
        ]
    }
}
