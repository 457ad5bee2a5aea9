//! The data of events about evidence.

use super::words;
use crate::content::{Content, Digest};
use crate::{
    AssessmentId, CategoryId, EvidenceId, OrganisationCode, PartialDate, PersonId, RequestId,
    StatementId,
};
use serde::{Deserialize, Serialize};

/// Data of [`Event::EvidenceRequested`](super::Event::EvidenceRequested).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRequested {
    /// What was held already, and so answers it: nobody needs to be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<EvidenceId>,
    /// The evidence category.
    pub category: CategoryId,
    /// What was collected before does not answer it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected_since: Option<PartialDate>,
    /// By when it is wanted.
    pub due_on: PartialDate,
    /// How it is to be gathered.
    pub method: EvidenceMethod,
    /// Who is asked.
    pub of: OrganisationCode,
    /// For whose assessment it is asked.
    pub organisation: OrganisationCode,
    /// The id that the request got.
    pub request: RequestId,
    /// When it was made.
    pub requested_on: PartialDate,
    /// The quality statements that it bears on; none means any.
    pub statements: Vec<StatementId>,
    /// What is asked for, in words.
    pub what: Content,
}

/// Data of [`Event::EvidenceSubmitted`](super::Event::EvidenceSubmitted).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceSubmitted {
    /// The evidence category.
    pub category: CategoryId,
    /// When it was collected, or the time that it tells of.
    pub collected_on: PartialDate,
    /// The evidence itself.
    pub content: Content,
    /// The id that it got, by the first of its organisations.
    pub evidence: EvidenceId,
    /// It came after the day by which it had been requested.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub late: bool,
    /// How it was gathered.
    pub method: EvidenceMethod,
    /// Everybody that it is about; the first gives it its id.
    pub organisations: Vec<OrganisationCode>,
    /// Whether it was there, was asked for, or was gathered.
    pub origin: EvidenceOrigin,
    /// When it arrived.
    pub received_on: PartialDate,
    /// The request that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// It holds what people said in confidence: lists that leave the regulator only count it.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub sensitive: bool,
    /// Where it was gathered.
    pub setting: EvidenceSetting,
    /// Who it came from.
    pub source: EvidenceSource,
    /// The quality statements that it bears on; none means any.
    pub statements: Vec<StatementId>,
}

/// Data of [`Event::EvidenceAttributed`](super::Event::EvidenceAttributed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceAttributed {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Whose evidence it is too.
    pub organisation: OrganisationCode,
    /// When it arrived.
    pub received_on: PartialDate,
}

/// Data of [`Event::EvidenceUsed`](super::Event::EvidenceUsed).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceUsed {
    /// The assessment that uses it.
    pub assessment: AssessmentId,
    /// Its evidence category.
    pub category: CategoryId,
    /// When it was collected.
    pub collected_on: PartialDate,
    /// The evidence.
    pub evidence: EvidenceId,
    /// How it was gathered.
    pub method: EvidenceMethod,
    /// It holds what people said in confidence.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub sensitive: bool,
    /// The quality statements that it bears on; none means any.
    pub statements: Vec<StatementId>,
    /// From when on it is used.
    pub used_on: PartialDate,
}

/// Data of [`Event::EvidenceWithdrawn`](super::Event::EvidenceWithdrawn).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceWithdrawn {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Why.
    pub reason: WithdrawalReason,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Content>,
    /// When.
    pub withdrawn_on: PartialDate,
}

/// Data of [`Event::EvidenceErased`](super::Event::EvidenceErased).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceErased {
    /// Who ordered it.
    pub authority: PersonId,
    /// When.
    pub erased_on: PartialDate,
    /// The evidence.
    pub evidence: EvidenceId,
    /// On what ground in law.
    pub legal_basis: LegalBasis,
    /// The sealed file whose key was destroyed.
    pub sealed: Digest,
}

words! {
    /// How the regulator came by evidence, in the order in which it looks for it.
    EvidenceOrigin {
        /// It was there already.
        Held = "held",
        /// It was asked for.
        Requested = "requested",
        /// It was gathered for this.
        Collected = "collected",
    }
}

words! {
    /// Where evidence was gathered.
    EvidenceSetting {
        /// At the body.
        OnSite = "on_site",
        /// Away from it.
        OffSite = "off_site",
        /// Partly here, partly there.
        Both = "both",
    }
}

words! {
    /// How evidence was gathered.
    EvidenceMethod {
        /// A survey.
        Survey = "survey",
        /// An interview.
        Interview = "interview",
        /// A focus group.
        FocusGroup = "focus_group",
        /// Following the way of single cases.
        CaseTracking = "case_tracking",
        /// Watching meetings.
        ObservationOfMeetings = "observation_of_meetings",
        /// Documents.
        Documents = "documents",
        /// Figures.
        Data = "data",
        /// The body's view of itself.
        SelfAssessment = "self_assessment",
        /// The information return that every body is asked for.
        InformationReturn = "information_return",
        /// Ratings of individual providers; they decide nothing by themselves.
        ProviderRatings = "provider_ratings",
    }
}

words! {
    /// Who evidence came from; a kind of source, never a person.
    EvidenceSource {
        /// The body that is assessed.
        AssessedBody = "assessed_body",
        /// People who use services.
        PeopleUsingServices = "people_using_services",
        /// Unpaid carers.
        UnpaidCarers = "unpaid_carers",
        /// Staff and leaders.
        StaffAndLeaders = "staff_and_leaders",
        /// Partners of the body.
        Partners = "partners",
        /// Providers of care.
        CareProviders = "care_providers",
        /// The regulator itself.
        Regulator = "regulator",
        /// Published figures.
        PublishedData = "published_data",
    }
}

words! {
    /// Why evidence is not relied on any more.
    WithdrawalReason {
        /// It had been entered wrongly.
        TypingError = "typing_error",
        /// It is not what it was taken for.
        Inaccurate = "inaccurate",
        /// Whoever gave it took it back.
        ConsentWithdrawn = "consent_withdrawn",
        /// Something newer says the same.
        Superseded = "superseded",
        /// It had been entered twice.
        Duplicate = "duplicate",
    }
}

words! {
    /// On what ground in law content is erased.
    LegalBasis {
        /// The person that it is about asked for it (UK GDPR article 17).
        ErasureRequest = "erasure_request",
        /// It must not be kept any longer.
        RetentionEnded = "retention_ended",
        /// It should never have been held.
        UnlawfulProcessing = "unlawful_processing",
        /// A court ordered it.
        CourtOrder = "court_order",
    }
}
