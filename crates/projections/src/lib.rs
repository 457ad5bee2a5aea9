//! What the records add up to: scores, ratings, transitions and "reviewed on" markers.
//!
//! Pure folds: the same records give the same rows, whoever replays them and whenever. No I/O, no
//! clock, no randomness, no environment, no floats.

mod body;
mod cell;
mod disclosed;
mod fold;
mod public;
mod ratings;
mod reviewed;
mod row;
mod scores;
mod standing;
mod transitions;

pub use body::{Body, Membership, Successor};
pub use cell::{Cell, Judgement};
pub use disclosed::{
    CategoryScoresRow, Disclosed, DisclosedScore, Disclosures, Told, UsedEvidence, category_scores,
    disclosed_scores,
};
pub use fold::{Adopted, Effect, Fact, Projections};
pub use public::MAKES_PUBLIC;
pub use ratings::{RatingsRow, ratings};
pub use reviewed::{Outcome, Reviewed, ReviewedRow};
pub use row::{Flag, Flags, Status};
pub use scores::{ScoresRow, scores};
pub use standing::{Published, Standing};
pub use transitions::{Others, Publication, Settled, Subject, Transition, TransitionsRow};

/// Name and version of every projection: another version is another fold, so what was kept of the
/// old one is thrown away and rebuilt.
pub const VERSIONS: [(&str, u64); 4] =
    [("ratings", 2), ("reviewed", 2), ("scores", 2), ("transitions", 2)];
