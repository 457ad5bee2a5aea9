//! What the records add up to: scores, ratings, transitions and "reviewed on" markers.
//!
//! Pure folds: the same records give the same rows, whoever replays them and whenever. No I/O, no
//! clock, no randomness, no environment, no floats.

mod agreement;
mod body;
mod cell;
mod conduct;
mod coverage;
mod decisions;
pub mod diff;
mod disclosed;
pub mod explain;
mod fold;
mod history;
mod national;
mod public;
mod ratings;
mod reviewed;
mod row;
mod scores;
mod stale;
mod standing;
mod timeline;
mod transitions;
mod what_if;

pub use agreement::{Between, ScorePair, score_pairs};
pub use body::{Body, Membership, Successor};
pub use cell::{Cell, Judgement};
pub use conduct::{Check, Finding, Measure, audit};
pub use coverage::{AimState, Coverage, CoverageRow};
pub use decisions::{Decision, Decisions, frame};
pub use disclosed::{
    CategoryScoresRow, Disclosed, DisclosedScore, Disclosures, Told, UsedEvidence, category_scores,
    disclosed_scores,
};
pub use explain::{Derivation, Grounds, explain};
pub use fold::{Adopted, Effect, Fact, Projections};
pub use history::{Fate, HistoryRow, Issue, Note, Reissue, Withdrawal, history};
pub use national::{
    Caution, Cautions, Counting, Extra, Grouping, Mean, National, NationalRow, Place,
};
pub use public::MAKES_PUBLIC;
pub use ratings::{RatingsRow, ratings};
pub use reviewed::{Outcome, Reviewed, ReviewedRow};
pub use row::{Flag, Flags, Status};
pub use scores::{ScoresRow, scores};
pub use stale::{Age, StaleRow, Staleness, evidence_ages, stale};
pub use standing::{Published, Standing};
pub use timeline::{Course, Happening, Knowing, Occurrence, Step, Timeline, timeline};
pub use transitions::{Others, Publication, Settled, Subject, Transition, TransitionsRow};
pub use what_if::{
    Change, Direction, InvalidChange, InvalidWhatIf, Obstacle, Seen, WhatIf, WhatIfRow,
    WhatIfTally, what_if,
};

/// Name and version of every projection: another version is another fold, so what was kept of the
/// old one is thrown away and rebuilt.
pub const VERSIONS: [(&str, u64); 4] =
    [("ratings", 3), ("reviewed", 3), ("scores", 3), ("transitions", 3)];
