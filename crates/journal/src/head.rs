//! How far a journal is acknowledged: the file `head`.
//!
//! ```text
//! {"checksum":"<64 hex>","head":{"hash":…,"length":…,"position":…,"segment":…}}␠␠␠…␠\n
//! 0                                                                              511
//! checksum = BLAKE3-256(the bytes of the value of "head")
//! ```
//!
//! Two such slots of 512 bytes are written in turn, so that one of them is always whole; of
//! two valid ones the higher position counts.

use serde::{Deserialize, Serialize};

use crate::canonical::MAX_INTEGER;
use crate::hash::Hash;
use crate::store::Segment;

/// The size of one slot, in bytes.
pub const SLOT: usize = 512;

/// The last acknowledged record, and where its segment ends with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The record's hash.
    pub hash: Hash,
    /// How long its segment is, in bytes, up to and including the record's newline.
    pub length: u64,
    /// The record's position.
    pub position: u64,
    /// The segment that it stands in.
    pub segment: Segment,
}

/// The two slots of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slots(pub [Slot; 2]);

/// What stands in a slot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Slot {
    /// Nothing but the padding that it was made with, or the file does not reach so far.
    #[default]
    Empty,
    /// Something that is no head with its checksum.
    Invalid,
    /// A head that was written whole.
    Valid(Head),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    checksum: Hash,
    head: Head,
}

impl Head {
    /// The slot's bytes for this head.
    pub fn to_slot(&self) -> [u8; SLOT] {
        // The members stand in the order of their names, which is the canonical order.
        let head = serde_json::to_vec(self).expect("a head has nothing that JSON cannot hold");
        let line = Line { checksum: Hash::of(&head), head: *self };
        let line = serde_json::to_vec(&line).expect("a head has nothing that JSON cannot hold");
        let mut slot = Slot::EMPTY;
        slot[..line.len()].copy_from_slice(&line);
        slot
    }

    /// Whether a journal can end so: anybody can give nonsense its right checksum.
    fn is_sane(&self) -> bool {
        (self.segment.0..=MAX_INTEGER).contains(&self.position)
            && (1..=MAX_INTEGER).contains(&self.length)
    }
}

impl Slot {
    /// The bytes of a slot that nothing was written to yet.
    pub const EMPTY: [u8; SLOT] = {
        let mut slot = [b' '; SLOT];
        slot[SLOT - 1] = b'\n';
        slot
    };

    /// Reads a slot's bytes.
    pub fn parse(bytes: &[u8]) -> Self {
        if bytes.is_empty() || bytes == Self::EMPTY {
            return Self::Empty;
        }
        match serde_json::from_slice::<Line>(bytes) {
            // Equal to what would be written for it: that checks checksum and padding at once.
            Ok(line) if line.head.is_sane() && line.head.to_slot() == *bytes => {
                Self::Valid(line.head)
            }
            _ => Self::Invalid,
        }
    }

    const fn head(&self) -> Option<&Head> {
        if let Self::Valid(head) = self { Some(head) } else { None }
    }
}

impl Slots {
    /// Reads the file's bytes; what is missing is empty, and what lies beyond is not looked at.
    pub fn parse(bytes: &[u8]) -> Self {
        let (first, rest) = bytes.split_at(bytes.len().min(SLOT));
        Self([Slot::parse(first), Slot::parse(&rest[..rest.len().min(SLOT)])])
    }

    /// The head that counts: the valid one with the higher position.
    pub fn newest(&self) -> Option<&Head> {
        self.0.iter().filter_map(Slot::head).max_by_key(|head| head.position)
    }

    /// The slot, 0 or 1, that may be overwritten: not the one whose head counts.
    pub fn spare(&self) -> usize {
        let [first, second] = self.0.map(|slot| slot.head().map(|head| head.position));
        usize::from(first > second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(position: u64) -> Head {
        Head { hash: Hash::of(b"x"), length: 700, position, segment: Segment(0) }
    }

    fn file(first: &[u8; SLOT], second: &[u8; SLOT]) -> Vec<u8> {
        [first.as_slice(), second.as_slice()].concat()
    }

    #[test]
    fn the_valid_slot_with_the_higher_position_counts_and_the_other_is_spare() {
        let (four, five) = (head(4).to_slot(), head(5).to_slot());
        let slots = Slots::parse(&file(&four, &five));
        assert_eq!((slots.newest(), slots.spare()), (Some(&head(5)), 0));
        let slots = Slots::parse(&file(&five, &four));
        assert_eq!((slots.newest(), slots.spare()), (Some(&head(5)), 1));
        let slots = Slots::parse(&file(&Slot::EMPTY, &four));
        assert_eq!((slots.newest(), slots.spare()), (Some(&head(4)), 0));
        assert_eq!((Slots::parse(b"").newest(), Slots::parse(b"").spare()), (None, 0));
    }

    #[test]
    fn a_slot_that_no_journal_can_end_with_is_not_valid_though_its_checksum_is_right() {
        let most = MAX_INTEGER;
        let sane = Head { position: most, length: most, segment: Segment(most), ..head(0) };
        assert_eq!(Slot::parse(&sane.to_slot()), Slot::Valid(sane));
        for insane in [
            head(u64::MAX),
            head(most + 1),
            Head { length: 0, ..sane },
            Head { length: most + 1, ..sane },
            Head { segment: Segment(5), ..head(4) },
            Head { segment: Segment(u64::MAX), ..head(u64::MAX) },
        ] {
            assert_eq!(Slot::parse(&insane.to_slot()), Slot::Invalid, "{insane:?}");
        }
    }

    #[test]
    fn a_slot_with_any_byte_changed_or_missing_is_not_valid() {
        let slot = head(5).to_slot();
        assert_eq!(Slot::parse(&slot), Slot::Valid(head(5)));
        for at in 0..SLOT {
            let mut changed = slot;
            changed[at] ^= 1;
            assert_eq!(Slot::parse(&changed), Slot::Invalid, "byte {at}");
            assert!(!matches!(Slot::parse(&slot[..at]), Slot::Valid(_)), "cut at {at}");
        }
    }
}
