//! Quality assurance: samples that nobody can steer, and how far readers agree.
//!
//! Pure: no I/O, no clock, no randomness but what a seed gives. Statistics are floats; what is
//! recorded, and whatever decides what is drawn, are whole numbers only, so that every machine and
//! every other program comes to the same.

mod agreement;
mod allocation;
mod comparison;
mod interval;
mod pairs;
mod sampler;
mod size;

pub use agreement::{Metric, OffScale, Ratings, Scale, Undefined};
pub use allocation::{fixed, proportional};
pub use comparison::{FEWEST_PAIRS, Figure, Statistic, TooFew, compare, enough};
pub use interval::{Bootstrap, Interval, NoInterval, clopper_pearson, drawn};
pub use pairs::Pairs;
pub use sampler::{Ticket, draw};
pub use size::{Bound, Share, binomial, hypergeometric, poisson};
