//! Questions about all bodies together: the national view, coverage, and the age of evidence.

use crate::catalogue::{Audience, Catalogue};
use crate::index::Unusable;
use crate::questions::Filter;
use assessment::framework::OrganisationKind;
use chrono::NaiveDate;
use projections::{
    Adopted, Body, Counting, Coverage, CoverageRow, Extra, National, NationalRow, StaleRow,
};
use std::collections::{BTreeMap, BTreeSet};

impl Catalogue {
    /// What was published of the bodies that are counted.
    pub fn national(&mut self, counting: Counting) -> Result<National, Unusable> {
        let mut national = National::new(counting);
        self.for_each_body(|body, frameworks| national.add(body, frameworks))?;
        Ok(national)
    }

    /// The rows of `national`, with what has changed since an earlier count.
    pub fn national_rows(
        &mut self,
        counting: Counting,
        before: Option<&National>,
    ) -> Result<Vec<NationalRow>, Unusable> {
        Ok(self.national(counting)?.rows(before, self.frameworks()))
    }

    /// The rows of `coverage` on a day.
    pub fn coverage(
        &mut self,
        kind: Option<OrganisationKind>,
        on: NaiveDate,
        include: &BTreeSet<Extra>,
    ) -> Result<Vec<CoverageRow>, Unusable> {
        let mut coverage = Coverage::new(on, include.clone());
        self.for_each_body(|body, _| coverage.add(body))?;
        let mut rows = coverage.rows(self.frameworks());
        rows.retain(|row| kind.is_none_or(|kind| kind == row.kind));
        if self.audience() == Audience::Public {
            rows = rows.into_iter().map(CoverageRow::as_public).collect();
        }
        Ok(rows)
    }

    /// The age on a day of the evidence that every current rating and score rests on: the rows of
    /// `stale` before any is chosen.
    pub fn evidence_ages(
        &mut self,
        filter: &Filter,
        on: NaiveDate,
    ) -> Result<Vec<StaleRow>, Unusable> {
        let rows = self.each_standing(filter, |body, standing, framework| {
            let is_meant = body.current == Some(standing.assessment)
                && filter.framework.is_none_or(|framework| framework == standing.framework);
            is_meant.then(|| projections::evidence_ages(body, standing, framework, on))
        })?;
        Ok(rows.into_iter().flatten().collect())
    }

    fn for_each_body(
        &mut self,
        mut look: impl FnMut(&Body, &BTreeMap<assessment::FrameworkId, Adopted>),
    ) -> Result<(), Unusable> {
        for body in self.organisations()? {
            let Some(body) = self.body(body.facts.code)?.cloned() else { continue };
            look(&body, self.frameworks());
        }
        Ok(())
    }
}
