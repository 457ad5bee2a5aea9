//! Samples of decisions: what can be drawn, and from what.

use crate::event::{PanelScore, Quota};
use crate::scoring::Score;
use crate::words::words;
use crate::{Digest, Event, ItemId, PartialDate, PersonId, StatementId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// Which decisions are sampled.
    Population {
        /// Every review of a score.
        ScoreReviews = "score_reviews",
        /// Every score that a panel decided on or confirmed.
        PanelDecisions = "panel_decisions",
        /// Every resolution of a factual accuracy comment.
        AccuracyResolutions = "accuracy_resolutions",
        /// Every publication: made, reissued, or taken in from before this ledger.
        Publications = "publications",
        /// Every letter of a section 50 notification.
        Section50Decisions = "section_50_decisions",
        /// Every erasure of evidence.
        Erasures = "erasures",
    }
}

words! {
    /// By what a population is divided.
    Stratifier {
        /// The overall rating of the assessment, as it stood.
        Rating = "rating",
        /// How many marks the overall score of the assessment was away from another rating.
        ThresholdDistance = "threshold_distance",
        /// The quality statement.
        Statement = "statement",
        /// Who decided; of a panel's decision, who had scored.
        Assessor = "assessor",
        /// The region of the body.
        Region = "region",
        /// The framework of the assessment.
        Framework = "framework",
        /// The quarter in which it was decided.
        Quarter = "quarter",
    }
}

words! {
    /// How items are drawn.
    SamplingMethod {
        /// Rivest's consistent sampler, without replacement, in each stratum.
        ConsistentSampler = "consistent_sampler",
    }
}

words! {
    /// Where a seed comes from.
    SeedSource {
        /// Dice that were rolled in front of witnesses.
        Dice = "dice",
        /// A value that somebody announces in public.
        Beacon = "beacon",
    }
}

words! {
    /// What a second reader finds.
    Finding {
        /// The decision is right.
        Agree = "agree",
        /// The score is one away from the second reader's, within judgement.
        Adjacent = "adjacent",
        /// The decision should not have been made so.
        Anomaly = "anomaly",
    }
}

words! {
    /// What kind of anomaly it is.
    AnomalyClass {
        /// The evidence does not carry the score or decision.
        NotSupported = "not_supported",
        /// Evidence that was there was left out.
        EvidenceOverlooked = "evidence_overlooked",
        /// The evidence was too old, withdrawn, or not about this.
        EvidenceUnfit = "evidence_unfit",
        /// The method was not applied as the framework states it.
        MethodMisapplied = "method_misapplied",
        /// A step of the process was left out or came late.
        ProcessNotFollowed = "process_not_followed",
        /// The reasons do not explain the decision.
        ReasonsInsufficient = "reasons_insufficient",
        /// What was recorded is not what was decided.
        RecordedWrongly = "recorded_wrongly",
    }
}

/// Which decisions are meant: all of a kind, or those that have all of what is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PopulationQuery {
    /// By whom; of a panel's decision, who had scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessor: Option<PersonId>,
    /// Under which framework.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<crate::FrameworkId>,
    /// The first day on which they may have been decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PartialDate>,
    /// Of which kind.
    pub of: Population,
    /// Of bodies in which region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<crate::Name>,
    /// On which quality statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementId>,
    /// The last day on which they may have been decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PartialDate>,
}

/// A decision that can be drawn, as its record states it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its id in every sample.
    pub id: ItemId,
    /// The quality statement and evidence category, where it is about a score.
    pub cell: Option<crate::state::Cell>,
    /// The score that was decided.
    pub score: Option<Score>,
    /// The score that a panel found.
    pub found: Option<Score>,
    /// Who decided, as far as the record says.
    pub by: Vec<PersonId>,
    /// When.
    pub on: PartialDate,
}

/// A population in the order of its records, each item with its stratum: the sampling frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame(pub Vec<Unit>);

/// An item of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub item: ItemId,
    /// The stratum that it belongs to; [`WHOLE`] where nothing divides the population.
    pub stratum: String,
}

/// The name of the one stratum of a population that is not divided.
pub const WHOLE: &str = "all";

/// The most items that a sample can have, so that its draw fits one record, however long the ids.
pub const MOST_ITEMS: u64 = 2_500;

/// The most bytes that the data of an event of a sample can have, so that they fit one record with
/// the longest of everything else that is in it.
pub const MOST_BYTES: u64 = 60_500;

impl Frame {
    /// BLAKE3 of its lines: id, tab, stratum, newline.
    pub fn digest(&self) -> Digest {
        let mut hasher = blake3::Hasher::new();
        for unit in &self.0 {
            hasher.update(unit.to_string().as_bytes());
            hasher.update(b"\n");
        }
        (*hasher.finalize().as_bytes()).into()
    }

    /// How many items there are.
    pub fn size(&self) -> u64 {
        self.0.len() as u64
    }

    /// What is drawn by these quotas with this seed: the strata in the order of the quotas, in each
    /// the items in the order of their tickets.
    pub fn draw(&self, quotas: &[Quota], seed: &str) -> Vec<ItemId> {
        let strata = self.strata();
        let mut drawn = Vec::new();
        for quota in quotas {
            let items = strata.get(quota.stratum.as_str()).map_or(&[][..], Vec::as_slice);
            let size = usize::try_from(quota.size).unwrap_or(usize::MAX);
            let tickets = assurance::draw(items.iter().map(ItemId::as_str), seed, size);
            let ids = tickets.iter().map(|ticket| ticket.id.parse::<ItemId>());
            drawn.extend(ids.map(|id| id.expect("what is drawn is what was given")));
        }
        drawn
    }

    /// The items of each stratum, by its name.
    pub fn strata(&self) -> BTreeMap<&str, Vec<ItemId>> {
        let mut strata: BTreeMap<&str, Vec<ItemId>> = BTreeMap::new();
        for unit in &self.0 {
            strata.entry(&unit.stratum).or_default().push(unit.item);
        }
        strata
    }
}

impl std::fmt::Display for Unit {
    /// Its line in the file that the digest of a population is of.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\t{}", self.item, self.stratum)
    }
}

impl Population {
    /// The items that a record holds of this population: of a panel's decision each score, of
    /// every other record the record itself.
    pub fn items(self, position: u64, event: &Event) -> Vec<Item> {
        let whole = |by: Vec<PersonId>, on| {
            let id = ItemId::record(position);
            vec![Item { id, cell: None, score: None, found: None, by, on }]
        };
        match (self, event) {
            (Self::ScoreReviews, Event::ScoreReviewed(review)) => {
                vec![Item {
                    id: ItemId::record(position),
                    cell: Some((review.statement, review.category)),
                    score: Some(review.score),
                    found: None,
                    by: vec![review.by],
                    on: review.reviewed_on,
                }]
            }
            (Self::PanelDecisions, Event::PanelDecided(it)) => {
                panel(position, &it.scores, &it.members, it.decided_on)
            }
            (Self::PanelDecisions, Event::PanelConfirmed(it)) => {
                panel(position, &it.scores, &it.members, it.confirmed_on)
            }
            (Self::AccuracyResolutions, Event::CommentResolved(it)) => {
                whole(vec![it.by], it.resolved_on)
            }
            (Self::Publications, Event::PublicationMade(made)) => {
                whole(vec![made.by], made.published_on)
            }
            (Self::Publications, Event::PublicationReissued(it)) => {
                whole(vec![it.made.by], it.made.published_on)
            }
            (Self::Publications, Event::PublicationImported(it)) => {
                whole(vec![], it.published_on())
            }
            (Self::Publications, Event::ImportedPublicationReplaced(it)) => {
                whole(vec![], it.import.published_on())
            }
            (Self::Section50Decisions, Event::Section50Notified(it)) => whole(vec![], it.sent_on),
            (Self::Erasures, Event::EvidenceErased(it)) => whole(vec![it.authority], it.erased_on),
            _ => vec![],
        }
    }

    /// Whether its items are scores, which a second reader can give again without seeing them.
    pub fn is_scored(self) -> bool {
        matches!(self, Self::ScoreReviews | Self::PanelDecisions)
    }

    /// Whether it can be divided by this.
    pub fn is_divided_by(self, by: Stratifier) -> bool {
        match by {
            Stratifier::Statement => self.is_scored(),
            Stratifier::Assessor => self != Self::Section50Decisions,
            // Evidence belongs to a body, and may serve several of its assessments or none.
            Stratifier::Rating | Stratifier::ThresholdDistance | Stratifier::Framework => {
                self != Self::Erasures
            }
            Stratifier::Region | Stratifier::Quarter => true,
        }
    }
}

fn panel(position: u64, scores: &[PanelScore], members: &[PersonId], on: PartialDate) -> Vec<Item> {
    let item = |(number, score): (u64, &PanelScore)| Item {
        id: ItemId::within(position, number),
        cell: Some((score.statement, score.category)),
        score: Some(score.score),
        found: Some(score.scored),
        by: members.to_vec(),
        on,
    };
    (1..).zip(scores).map(item).collect()
}
