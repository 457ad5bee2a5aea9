//! What the records add up to: scores, ratings, transitions and "reviewed on" markers.
//!
//! Pure folds: the same records give the same rows, whoever replays them and whenever. No I/O, no
//! clock, no randomness, no environment, no floats.

mod body;
mod fold;
mod ratings;
mod reviewed;
mod row;
mod scores;
mod standing;
mod transitions;

pub use body::{Body, Membership, Successor};
pub use fold::{Adopted, Effect, Fact, Projections};
pub use ratings::{RatingsRow, ratings};
pub use reviewed::{Outcome, Reviewed, ReviewedRow};
pub use row::{Flag, Flags, Status};
pub use scores::{ScoresRow, scores};
pub use standing::{Cell, Published, Standing};
pub use transitions::{Others, Publication, Settled, Subject, Transition, TransitionsRow};

/// Name and version of every projection: another version is another fold, so what was kept of the
/// old one is thrown away and rebuilt.
pub const VERSIONS: [(&str, u64); 4] =
    [("ratings", 1), ("reviewed", 1), ("scores", 1), ("transitions", 1)];
