//! How a reader comes to a ledger that somebody may be writing to.

use std::fs::{File, TryLockError};

use super::layout::{Layout, io_error};
use crate::head::Slots;
use crate::store::Error;

/// What a reader finds before it looks for the end.
pub(crate) struct Look {
    /// What `head` says.
    pub slots: Slots,
    /// Somebody is writing, so what does not verify yet may simply not be whole yet.
    pub is_busy: bool,
    /// Shared with other readers; it keeps writers out for as long as this lives.
    lock: Option<File>,
}

impl Look {
    pub fn at(layout: &Layout) -> Result<Self, Error> {
        // Without a lock to be had (no permission, a medium that cannot be written, a file
        // system without locks) there is no writer that we could meet.
        let lock = File::open(layout.lock()).ok();
        let tried = lock.as_ref().map(File::try_lock_shared);
        let is_busy = matches!(tried, Some(Err(TryLockError::WouldBlock)));
        let mut look = Self { slots: layout.slots()?, is_busy, lock };
        if let (true, None, Some(lock)) = (is_busy, look.slots.newest(), &look.lock) {
            // `head` is lost and somebody is writing: only a journal at rest tells the end.
            lock.lock_shared().map_err(io_error("lock", &layout.lock()))?;
            (look.slots, look.is_busy) = (layout.slots()?, false);
        }
        Ok(look)
    }
}
