//! Where the records of each stream stand: some hundred places to a row.

use crate::index::{Index, Unusable};
use journal::{Place, Segment};

const PLACES_PER_ROW: usize = 256;

/// Adds places to the end of a stream.
pub fn append(index: &mut Index, stream: &str, places: &[Place]) -> Result<(), Unusable> {
    let section = section(stream);
    let (mut row, mut all) = match last(index, stream)? {
        Some((row, all)) => (row, all),
        None => (0, Vec::new()),
    };
    for place in places {
        if all.len() == PLACES_PER_ROW {
            index.put(&section, &key(stream, row), encode(&all))?;
            (row, all) = (row + 1, Vec::new());
        }
        all.push(*place);
    }
    index.put(&section, &key(stream, row), encode(&all))
}

/// All places of a stream, oldest first.
pub fn places(index: &mut Index, stream: &str) -> Result<Vec<Place>, Unusable> {
    let mut all = Vec::new();
    let mut row = 0;
    while let Some(places) = index.get(&section(stream), &key(stream, row))? {
        all.extend(decode(&places)?);
        row += 1;
    }
    Ok(all)
}

/// How many records a stream has.
pub fn version(index: &mut Index, stream: &str) -> Result<u64, Unusable> {
    let last = last(index, stream)?;
    Ok(last.map_or(0, |(row, places)| row * PLACES_PER_ROW as u64 + places.len() as u64))
}

/// Places as bytes: segment and offset of each, 8 bytes each.
pub fn encode(places: &[Place]) -> Vec<u8> {
    let both = |place: &Place| [place.segment.0.to_be_bytes(), place.offset.to_be_bytes()];
    places.iter().flat_map(both).flatten().collect()
}

/// The inverse of [`encode`].
pub fn decode(bytes: &[u8]) -> Result<Vec<Place>, Unusable> {
    let (places, rest) = bytes.as_chunks::<16>();
    if !rest.is_empty() {
        return Err(Unusable::Broken);
    }
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let place = |bytes: &[u8; 16]| Place {
        segment: Segment(number(&bytes[..8])),
        offset: number(&bytes[8..]),
    };
    Ok(places.iter().map(place).collect())
}

/// The number of a stream's last row, and its places.
fn last(index: &mut Index, stream: &str) -> Result<Option<(u64, Vec<Place>)>, Unusable> {
    let found = index.at_or_below(&section(stream), &key(stream, u64::MAX))?;
    let Some((found, places)) = found else { return Ok(None) };
    // The row below may be another stream's.
    let Some(row) = found.strip_prefix(stream.as_bytes()).and_then(|rest| rest.strip_prefix(b"\0"))
    else {
        return Ok(None);
    };
    let row = row.try_into().map_err(|_| Unusable::Broken)?;
    Ok(Some((u64::from_be_bytes(row), decode(&places)?)))
}

/// One of 64 sections, so that using a stream does not mean checking all of them.
fn section(stream: &str) -> String {
    format!("streams/{:02}", blake3::hash(stream.as_bytes()).as_bytes()[0] >> 2)
}

fn key(stream: &str, row: u64) -> Vec<u8> {
    [stream.as_bytes(), b"\0", &row.to_be_bytes()].concat()
}
