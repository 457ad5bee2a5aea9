//! Publishing a report on all bodies together, without the rating of any single one.

use super::{Context, event};
use crate::command::PublishNationalReport;
use crate::event::{Event, NationalReportPublished};
use crate::framework::Framework;
use crate::rejection::{AfterRejection, Rejection, StepRejection};
use crate::state::State;
use crate::{NationalId, PartialDate};

pub(super) fn publish(
    state: &State,
    command: &PublishNationalReport,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    let on = PartialDate::from(context.today);
    let of_kind = || state.frameworks.values().filter(|it| it.kind == command.kind);
    let has_theme = |it: &Framework| {
        command.theme.is_none_or(|id| it.scoring.themes.iter().any(|theme| theme.id == id))
    };
    let has_statement =
        |it: &Framework| command.statement.is_none_or(|id| it.statement(id).is_some());
    if !of_kind().any(|it| has_theme(it) && has_statement(it)) {
        return Err(AfterRejection::NothingOfKind { kind: command.kind }.into());
    }
    if let Some(text) = &command.text
        && !super::drafts::TEXTS.contains(&text.media_type.as_str())
    {
        let media_type = text.media_type.clone();
        return Err(StepRejection::DraftNotText { media_type }.into());
    }
    let so_far = state.national.keys().filter(|id| id.year() == on.year()).count();
    Ok(event(NationalReportPublished {
        by: command.by.unwrap_or(context.actor),
        kind: command.kind,
        national: NationalId::derive(on.year(), so_far),
        published_on: on,
        released: context.released,
        statement: command.statement,
        text: command.text.clone(),
        theme: command.theme,
        title: command.title.clone(),
    }))
}
