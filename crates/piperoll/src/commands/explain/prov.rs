//! A derivation as W3C PROV-JSON: entities (ratings, percentages, scores, evidence by its
//! commitment, the framework), the activities that made them, and who carried these out.
//!
//! Own names and attributes stand under `https://<origin of the ledger>/`: whoever names a ledger
//! by a host has that name to give. A time is given only where an instant is known: that of taking
//! in a publication; the days of reviews and panels are attributes.

use super::{Explained, is_bare};
use projections::explain::{
    Arithmetic, Evidence, Issued, Node, Of, Panel, Rated, Review, Rules, Scored, Step,
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The derivation as a document.
pub fn document(explained: &Explained) -> String {
    let Step::Assessment(assessed) = &explained.derivation.root.step else {
        unreachable!("a derivation begins with its assessment");
    };
    let mut document = Document {
        explained,
        assessment: assessed.assessment.to_string(),
        framework: named(&["framework", assessed.framework.as_str()]),
        things: BTreeMap::new(),
        relations: BTreeMap::new(),
    };
    let ledger =
        json!({"prov:type": name("prov:SoftwareAgent"), "ledger:origin": explained.origin});
    document.thing(Kind::Agent, LEDGER.to_owned(), ledger);
    explained.derivation.root.from.iter().for_each(|node| document.root(node));
    document.text()
}

const LEDGER: &str = "ledger:ledger";

/// What a document holds, in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Entity,
    Activity,
    Agent,
}

/// How two things are related: by which name, and what the first and the second are to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    Derived,
    Generated,
    Used,
    Associated,
    Attributed,
}

struct Document<'a> {
    explained: &'a Explained,
    assessment: String,
    framework: String,
    things: BTreeMap<Kind, Map<String, Value>>,
    relations: BTreeMap<Relation, BTreeSet<(String, String)>>,
}

impl Document<'_> {
    fn root(&mut self, node: &Node) {
        match &node.step {
            Step::Rating(rated) => self.rating(node, rated),
            Step::Publication(issued) => self.publication(node, issued),
            Step::Framework(rules) => self.rules(node, rules),
            _ => drop(self.score(node)),
        }
    }

    fn rating(&mut self, node: &Node, rated: &Rated) {
        let level = rated.subject.map_or_else(|| rated.level.to_string(), |it| it.to_string());
        let id = self.own(&["rating", &level]);
        let mut about = json!({"prov:type": "rating", "ledger:level": rated.level.as_str()});
        if let Some(rating) = rated.rating.or(rated.published_rating) {
            about["prov:value"] = json!(rating.as_str());
        }
        self.entity(&id, about, &node.positions);
        self.relate(Relation::Attributed, &id, LEDGER);
        for below in &node.from {
            below.from.iter().for_each(|score| drop(self.score(score)));
            if let Step::Percentage(sum) = &below.step {
                let percentage = self.percentage(below, sum, &[&level], None);
                self.relate(Relation::Derived, &id, &percentage);
                self.relate(Relation::Generated, &id, &self.own(&["computation", &level]));
            }
        }
    }

    /// A percentage and the computation that gave it, from scores that are told of elsewhere.
    fn percentage(
        &mut self,
        node: &Node,
        sum: &Arithmetic,
        of: &[&str],
        statement: Option<&str>,
    ) -> String {
        let id = self.own(&[&["percentage"], of].concat());
        let computation = self.own(&[&["computation"], of].concat());
        let about = json!({
            "prov:type": "percentage", "prov:value": sum.percent.get(),
            "ledger:points": sum.points, "ledger:most_points": sum.most,
            "ledger:numerator": sum.quotient.numerator,
            "ledger:denominator": sum.quotient.denominator,
            "ledger:band_from": sum.from.get(), "ledger:band_to": sum.to.get(),
        });
        self.entity(&id, about, &node.positions);
        let about = json!({"prov:type": "computation", "ledger:rounding": sum.rounding});
        self.thing(Kind::Activity, computation.clone(), about);
        self.relate(Relation::Associated, &computation, LEDGER);
        self.relate(Relation::Generated, &id, &computation);
        self.relate(Relation::Used, &computation, &self.framework.clone());
        for part in &sum.scores {
            let score = match (sum.of, statement) {
                (Of::Categories, Some(statement)) => self.own(&["score", statement, &part.of]),
                _ => self.own(&["score", &part.of]),
            };
            self.relate(Relation::Used, &computation, &score);
            self.relate(Relation::Derived, &id, &score);
        }
        id
    }

    /// A score with all that it rests on; its name, if it is one.
    fn score(&mut self, node: &Node) -> Option<String> {
        let Step::Score(scored) = &node.step else { return None };
        let id = self.score_id(scored);
        let mut about = json!({"prov:type": "score", "prov:label": scored.name});
        if let Some(score) = scored.score {
            about["prov:value"] = json!(score.get());
        }
        self.entity(&id, about, &node.positions);
        self.imported(node, &id);
        let mut came = id.clone();
        // The last that changed it comes first: what an earlier record gave is another entity.
        for below in node.from.iter().rev() {
            match &below.step {
                Step::Review(review) => self.review(below, review, &came),
                Step::Panel(panel) => came = self.panel(below, panel, &id, &came),
                Step::Percentage(sum) => self.roll_up(below, sum, scored, &id),
                Step::Score(_) => drop(self.score(below)),
                Step::Waiting(_) => self.waiting(below, scored),
                _ => {}
            }
        }
        Some(id)
    }

    fn score_id(&self, scored: &Scored) -> String {
        let category = scored.category.map(|category| category.to_string());
        let parts = ["score", scored.statement.as_str()];
        self.own(&parts.into_iter().chain(category.as_deref()).collect::<Vec<_>>())
    }

    /// What a statement comes to by its categories.
    fn roll_up(&mut self, node: &Node, sum: &Arithmetic, scored: &Scored, id: &str) {
        node.from.iter().for_each(|score| drop(self.score(score)));
        let statement = scored.statement.to_string();
        let percentage = self.percentage(node, sum, &[&statement], Some(&statement));
        self.relate(Relation::Derived, id, &percentage);
        self.relate(Relation::Generated, id, &self.own(&["computation", &statement]));
    }

    /// A later judgement stands beside the one in force.
    fn waiting(&mut self, node: &Node, scored: &Scored) {
        let Step::Waiting(waiting) = &node.step else { return };
        let id = self.own(&["waiting", scored.statement.as_str()]);
        let about = json!({"prov:type": "waiting score", "prov:value": waiting.score.get()});
        self.entity(&id, about, &node.positions);
        let mut came = id.clone();
        for below in node.from.iter().rev() {
            match &below.step {
                Step::Review(review) => self.review(below, review, &came),
                Step::Panel(panel) => came = self.panel(below, panel, &id, &came),
                _ => {}
            }
        }
    }

    /// A review, and the score that it gave.
    fn review(&mut self, node: &Node, review: &Review, score: &str) {
        let Some(position) = node.positions.first() else { return };
        let id = named(&["review", &position.to_string()]);
        let about = json!({
            "prov:type": "review", "ledger:reviewed_on": review.reviewed_on,
            "ledger:reason": review.reason, "ledger:role": review.role,
        });
        self.activity(&id, about, &node.positions);
        let person = self.person(review.by.as_str());
        self.relate(Relation::Associated, &id, &person);
        self.relate(Relation::Generated, score, &id);
        self.relate(Relation::Attributed, score, &person);
        for below in &node.from {
            if let Step::Evidence(evidence) = &below.step {
                let evidence = self.evidence(below, evidence);
                self.relate(Relation::Used, &id, &evidence);
                self.relate(Relation::Derived, score, &evidence);
            }
        }
    }

    /// What a panel did to a score; the name of the score that it found.
    fn panel(&mut self, node: &Node, panel: &Panel, whole: &str, score: &str) -> String {
        let Some(position) = node.positions.first() else { return score.to_owned() };
        let id = named(&["panel", panel.panel.as_str(), &position.to_string()]);
        let about = json!({"prov:type": "panel decision", "ledger:decided_on": panel.decided_on});
        self.activity(&id, about, &node.positions);
        for member in &panel.members {
            let person = self.person(member.as_str());
            self.relate(Relation::Associated, &id, &person);
        }
        if panel.scored == panel.score {
            self.relate(Relation::Used, &id, score);
            return score.to_owned();
        }
        let found = format!("{whole}.before.{position}");
        let value = panel.scored.get();
        self.thing(Kind::Entity, found.clone(), json!({"prov:type": "score", "prov:value": value}));
        self.relate(Relation::Used, &id, &found);
        self.relate(Relation::Generated, score, &id);
        self.relate(Relation::Derived, score, &found);
        found
    }

    fn evidence(&mut self, node: &Node, evidence: &Evidence) -> String {
        let id = named(&["evidence", evidence.evidence.as_str()]);
        let mut about = json!({"prov:type": "evidence"});
        let members = [
            ("ledger:commitment", evidence.commitment.map(|it| it.to_string())),
            ("ledger:sealed", evidence.sealed.map(|it| it.to_string())),
            ("ledger:collected_on", evidence.collected_on.map(|it| it.to_string())),
            ("ledger:withdrawn_on", evidence.withdrawn_on.map(|it| it.to_string())),
            ("ledger:erased_on", evidence.erased_on.map(|it| it.to_string())),
        ];
        for (name, value) in members {
            if let Some(value) = value {
                about[name] = json!(value);
            }
        }
        self.entity(&id, about, &node.positions);
        id
    }

    /// A score that stands in what was published rests on that.
    fn imported(&mut self, node: &Node, score: &str) {
        let publication = self.publication_of(&node.positions);
        if let Some(publication) = publication.filter(|_| is_bare(node)) {
            self.relate(Relation::Derived, score, &publication);
        }
        for position in &node.positions {
            if self.kind(*position).is_some_and(|kind| kind.contains("import")) {
                let import = self.taken_in(*position);
                self.relate(Relation::Generated, score, &import);
            }
        }
    }

    /// The publication that these records state; in public, the one that there is.
    fn publication_of(&self, positions: &[u64]) -> Option<String> {
        let from = &self.explained.derivation.root.from;
        from.iter().find_map(|node| match &node.step {
            Step::Publication(issued) if positions.iter().all(|it| node.positions.contains(it)) => {
                Some(named(&["publication", issued.publication.as_str()]))
            }
            _ => None,
        })
    }

    fn publication(&mut self, node: &Node, issued: &Issued) {
        let id = named(&["publication", issued.publication.as_str()]);
        let mut about = json!({
            "prov:type": "publication", "ledger:published_on": issued.published_on,
        });
        if let Some(rating) = issued.rating {
            about["ledger:rating"] = json!(rating.as_str());
        }
        let source = issued.import.as_ref().and_then(|import| import.source.as_ref());
        if let Some(source) = source {
            about["ledger:source"] = json!(source);
        }
        self.entity(&id, about, &node.positions);
        let Some(position) = node.positions.first() else { return };
        let made = match (&issued.import, issued.by) {
            (None, Some(by)) => {
                let made = named(&["publishing", &position.to_string()]);
                let about = json!({
                    "prov:type": "publication", "ledger:published_on": issued.published_on,
                });
                self.activity(&made, about, &[*position]);
                let person = self.person(by.as_str());
                self.relate(Relation::Associated, &made, &person);
                made
            }
            _ => self.taken_in(*position),
        };
        self.relate(Relation::Generated, &id, &made);
    }

    /// The taking in of what had been published: the one act of which an instant is known.
    fn taken_in(&mut self, position: u64) -> String {
        let id = named(&["import", &position.to_string()]);
        let mut about = json!({"prov:type": "import"});
        if let Some(proof) = self.explained.records.get(&position) {
            about["prov:startTime"] = json!(proof.stamp.recorded_at);
            about["prov:endTime"] = json!(proof.stamp.recorded_at);
            let person = self.person(&proof.stamp.actor);
            self.relate(Relation::Associated, &id, &person);
        }
        self.activity(&id, about, &[position]);
        id
    }

    fn rules(&mut self, node: &Node, rules: &Rules) {
        let about = json!({
            "prov:type": "framework", "prov:label": rules.name,
            "ledger:scoring_digest": rules.scoring_digest,
            "ledger:rounding": rules.rounding.value, "ledger:rounding_basis": rules.rounding.basis,
            "ledger:rounding_source": rules.rounding.source,
        });
        self.entity(&self.framework.clone(), about, &node.positions);
    }

    fn person(&mut self, person: &str) -> String {
        let id = named(&["person", person]);
        self.thing(Kind::Agent, id.clone(), json!({"prov:type": name("prov:Person")}));
        id
    }

    fn kind(&self, position: u64) -> Option<&'static str> {
        self.explained.records.get(&position).map(|proof| proof.kind)
    }

    /// A name of this assessment.
    fn own(&self, parts: &[&str]) -> String {
        named(&[&[self.assessment.as_str()], parts].concat())
    }

    fn entity(&mut self, id: &str, about: Value, positions: &[u64]) {
        let about = self.proved(about, positions);
        self.thing(Kind::Entity, id.to_owned(), about);
    }

    fn activity(&mut self, id: &str, about: Value, positions: &[u64]) {
        let about = self.proved(about, positions);
        self.thing(Kind::Activity, id.to_owned(), about);
    }

    /// With the records that state it, each with its hash.
    fn proved(&self, mut about: Value, positions: &[u64]) -> Value {
        let proofs = positions.iter().filter_map(|it| self.explained.records.get(it));
        let records: Vec<String> =
            proofs.map(|proof| format!("{} {}", proof.stamp.position, proof.stamp.hash)).collect();
        if !records.is_empty() {
            about["ledger:record"] = json!(records);
        }
        about
    }

    fn thing(&mut self, kind: Kind, id: String, about: Value) {
        self.things.entry(kind).or_default().insert(id, about);
    }

    fn relate(&mut self, relation: Relation, one: &str, other: &str) {
        self.relations.entry(relation).or_default().insert((one.to_owned(), other.to_owned()));
    }

    fn text(&self) -> String {
        let mut document = Map::new();
        let namespace = format!("https://{}/", self.explained.origin);
        document.insert("prefix".to_owned(), json!({"ledger": namespace}));
        for (kind, things) in &self.things {
            document.insert(kind.as_str().to_owned(), Value::Object(things.clone()));
        }
        for (relation, pairs) in &self.relations {
            let (name, first, second) = relation.as_str();
            let mut all = Map::new();
            for (index, (one, other)) in pairs.iter().enumerate() {
                let pair = json!({first: one, second: other});
                all.insert(format!("_:{name}{index}"), pair);
            }
            document.insert(name.to_owned(), Value::Object(all));
        }
        serde_json::to_string_pretty(&document).expect("names are texts") + "\n"
    }
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Activity => "activity",
            Self::Agent => "agent",
        }
    }
}

impl Relation {
    /// Its name, and what its two ends are called.
    fn as_str(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Derived => ("wasDerivedFrom", "prov:generatedEntity", "prov:usedEntity"),
            Self::Generated => ("wasGeneratedBy", "prov:entity", "prov:activity"),
            Self::Used => ("used", "prov:activity", "prov:entity"),
            Self::Associated => ("wasAssociatedWith", "prov:activity", "prov:agent"),
            Self::Attributed => ("wasAttributedTo", "prov:entity", "prov:agent"),
        }
    }
}

/// A name under the ledger's own: parts with a dot between.
fn named(parts: &[&str]) -> String {
    format!("ledger:{}", parts.join("."))
}

/// A name as a value, which PROV-JSON tells from a text by its type.
fn name(name: &str) -> Value {
    json!({"$": name, "type": "prov:QUALIFIED_NAME"})
}
