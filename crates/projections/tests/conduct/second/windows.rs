//! The time for comments, plainly: ten working days from the last sharing, or what was granted.

use super::*;

/// Publications before everybody had their time.
pub fn early(records: &Records<'_>) -> Vec<Line> {
    let mut all = Vec::new();
    for (index, (at, event)) in records.iter().enumerate() {
        let Some(made_now) = made(event) else { continue };
        let id = made_now.assessment;
        let before = &records[..index];
        if !is_check_wanted(before, event, made_now) {
            continue;
        }
        let process = process(before, id, made_now.published_on);
        let last = before.iter().rposition(|(_, it)| made(it).is_some_and(|m| m.assessment == id));
        let round = &before[last.map_or(0, |last| last + 1)..];
        for recipient in &process.recipients.value {
            let window = window(before, round, id, *recipient);
            let day = made_now.published_on.last_day();
            let closed = window.as_ref().is_some_and(|(until, confirmed, _)| {
                *until < day || confirmed.is_some_and(|on| on.last_day() <= day)
            });
            if !closed {
                let mut positions = window.map(|(_, _, positions)| positions).unwrap_or_default();
                positions.push(*at);
                all.push(line(Check::Windows, id, recipient, positions));
            }
        }
    }
    all
}

fn process(before: &Records<'_>, id: AssessmentId, on: PartialDate) -> Process {
    let framework = framework(before, id);
    let mut process = framework.process.clone();
    for (_, event) in before {
        if let Event::ProcessRevised(revised) = event
            && revised.framework == framework.id
            && revised.from.last_day() <= on.first_day()
        {
            process = (*revised.process).clone();
        }
    }
    process
}

fn is_check_wanted(before: &Records<'_>, event: &Event, now: &PublicationMade) -> bool {
    let id = now.assessment;
    let step = process(before, id, now.published_on).accuracy_check;
    let index = before.iter().rposition(|(_, it)| made(it).is_some_and(|m| m.assessment == id));
    let scores = |scores: &[StatementScore]| {
        scores.iter().map(|it| (it.statement, it.score)).collect::<BTreeMap<_, _>>()
    };
    let published = match (index, import(before, id)) {
        (Some(index), _) => scores(&made(before[index].1).unwrap().scores),
        (None, Some((_, import))) => scores(&import.scores),
        (None, None) => return step.first_publication.value,
    };
    let written = before[index.unwrap_or(0)..]
        .iter()
        .any(|(_, it)| matches!(it, Event::DraftWritten(draft) if draft.assessment == id));
    let text_error = matches!(
        event, Event::PublicationReissued(it) if it.reason == ReissueReason::ErrorInText
    );
    step.update.value && (published != scores(&now.scores) || written && !text_error)
}

/// The last day of a recipient, the day on which they had nothing more to say, and the records.
fn window(
    before: &Records<'_>,
    round: &Records<'_>,
    id: AssessmentId,
    recipient: Recipient,
) -> Option<(NaiveDate, Option<PartialDate>, Vec<u64>)> {
    let mut window: Option<(NaiveDate, Option<PartialDate>, Vec<u64>)> = None;
    let mut begun: Option<PartialDate> = None;
    for (at, event) in round {
        match event {
            Event::DraftShared(it) if (it.assessment, it.recipient) == (id, recipient) => {
                let until_now: Vec<_> = before.iter().filter(|(p, _)| p < at).copied().collect();
                let days = process(&until_now, id, it.shared_on).accuracy_working_days.value;
                let given = working_days_after(it.shared_on.first_day(), days);
                let mut until = given.max(it.due_on.last_day());
                let mut positions = vec![*at];
                if let Some((longer, _, known)) = window.take()
                    && longer > until
                {
                    until = longer;
                    positions = [known, positions].concat();
                }
                begun = begun.or(Some(it.shared_on));
                window = Some((until, None, positions));
            }
            Event::DraftExtended(it) if (it.assessment, it.recipient) == (id, recipient) => {
                if let Some((until, confirmed, positions)) = &mut window {
                    *until = it.due_on.last_day().max(*until);
                    *confirmed = None;
                    positions.push(*at);
                }
            }
            Event::DraftConfirmed(it) if (it.assessment, it.recipient) == (id, recipient) => {
                if let Some((_, confirmed, _)) = &mut window
                    && begun.unwrap().first_day() <= it.confirmed_on.last_day()
                {
                    *confirmed = Some(it.confirmed_on);
                }
            }
            _ => {}
        }
    }
    window
}

fn working_days_after(from: NaiveDate, days: u32) -> NaiveDate {
    static HOLIDAYS: LazyLock<Vec<NaiveDate>> =
        LazyLock::new(|| Calendar::shipped().days().map(|(day, _)| day).collect());
    let (mut day, mut counted) = (from, 0);
    while counted < days {
        day = day + Days::new(1);
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !HOLIDAYS.contains(&day) {
            counted += 1;
        }
    }
    day
}
