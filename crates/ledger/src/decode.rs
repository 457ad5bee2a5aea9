//! From a record to what happened.

use crate::error::Error;
use assessment::Event;
use assessment::event::DecodeError;
use journal::Record;

/// Reads what a record says, and checks that its data fit the record that they stand in.
pub fn decode(record: &Record<'_>) -> Result<Event, Error> {
    let position = record.position;
    let event = match Event::decode(record.kind, record.schema, record.data) {
        Ok(event) => event,
        Err(DecodeError::Unknown { kind, schema }) => {
            return Err(Error::NewerRecord { position, kind, schema });
        }
        Err(error) => return Err(Error::Meaningless { position, why: error.to_string() }),
    };
    match misfit(record, &event) {
        None => Ok(event),
        Some(why) => Err(Error::Meaningless { position, why }),
    }
}

/// What the data say otherwise than the record that they stand in, or than they must.
fn misfit(record: &Record<'_>, event: &Event) -> Option<String> {
    if event.stream() != record.stream {
        return Some(format!("the data belong to stream {}", event.stream()));
    }
    let occurred_on = event.occurred_on().map(|date| date.to_string());
    if let Some(date) = occurred_on.filter(|date| date != record.occurred_on) {
        return Some(format!("the data are of {date}, the record of {}", record.occurred_on));
    }
    match event {
        Event::LedgerOpened(_) if record.position > 0 => {
            Some("a ledger opens at position 0 and nowhere else".to_owned())
        }
        Event::FrameworkAdopted(event) => {
            let framework = &event.framework;
            if let Some(finding) = framework.findings().first() {
                return Some(format!("the framework is not sound: {finding}"));
            }
            let digests = (framework.scoring_digest(), framework.process_digest());
            let differ = digests != (event.scoring_digest.clone(), event.process_digest.clone());
            differ.then(|| "the digests are not those of the framework".to_owned())
        }
        _ => None,
    }
}
