//! A ledger with two checkpoints of it, which an attacker gets at.

use crate::common::write_files;
use crate::common::{begin, files, import, minute, record, register, review, submission};
use crate::forge;
use journal::note::{Algorithm, SigningKey};
use journal::tree::{Growing, leaf};
use journal::{Checkpoint, SignedCheckpoint};
use ledger::{Error, Kept, Ledger, Options, Verdict, verify};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use tempfile::TempDir;

pub const ORIGIN: &str = "example.org/ledger";
pub const SEGMENT: &str = "journal/00000000000000000000.jsonl";

/// The log's own key, which an attacker may have.
pub fn key() -> SigningKey {
    SigningKey::new(ORIGIN, Algorithm::Note, &[7; 32]).unwrap()
}

/// A ledger with two checkpoints of it, and what this machine keeps of it.
pub struct Site {
    dir: TempDir,
    /// Somebody outside kept these.
    pub kept: [Vec<u8>; 2],
}

type Made = (BTreeMap<String, Vec<u8>>, [Vec<u8>; 2]);

impl Site {
    pub fn new() -> Self {
        // Made once, as making it takes many syncs.
        static MADE: OnceLock<Made> = OnceLock::new();
        let (files, kept) = MADE.get_or_init(make);
        let dir = TempDir::new().unwrap();
        write_files(dir.path(), files);
        for name in files.keys().filter(|name| name.ends_with(".key")) {
            use std::os::unix::fs::PermissionsExt;
            let owner = fs::Permissions::from_mode(0o600);
            fs::set_permissions(dir.path().join(name), owner).unwrap();
        }
        Self { dir, kept: kept.clone() }
    }

    pub fn ledger(&self) -> PathBuf {
        self.dir.path().join("ledger")
    }

    pub fn config(&self) -> PathBuf {
        self.dir.path().join("config")
    }

    pub fn open(&self) -> Result<Ledger, Error> {
        let mut ledger = Ledger::open(&self.ledger())?;
        ledger.keep_keys_in(&self.config())?;
        Ok(ledger)
    }

    pub fn kept(&self, which: usize) -> SignedCheckpoint {
        SignedCheckpoint::parse(&self.kept[which]).unwrap()
    }

    /// What an outsider finds who kept both checkpoints and has nothing else.
    pub fn with_outside_checkpoints(&self) -> Verdict {
        let kept = [0, 1]
            .map(|which| Kept { name: format!("kept-{which}"), checkpoint: self.kept(which) });
        verify(&self.ledger(), &Options { against: &kept, ..Options::default() }, &mut |_| {})
            .unwrap()
    }

    /// What somebody finds who has the directory and nothing else.
    pub fn alone(&self) -> Verdict {
        verify(&self.ledger(), &Options::default(), &mut |_| {}).unwrap()
    }

    /// What the machine finds that signed the checkpoints.
    pub fn at_home(&self) -> Verdict {
        let config = self.config();
        let options = Options { config: Some(&config), ..Options::default() };
        verify(&self.ledger(), &options, &mut |_| {}).unwrap()
    }

    /// Writes the records anew and leaves the tree, as a careless attacker does.
    pub fn rewrite(&self, records: Vec<Value>) {
        let tree = fs::read(self.ledger().join("tree/hashes")).unwrap();
        forge::rewrite(&self.ledger(), records);
        fs::create_dir_all(self.ledger().join("tree")).unwrap();
        fs::write(self.ledger().join("tree/hashes"), tree).unwrap();
    }

    /// Removes what is derived, as a careful attacker does.
    pub fn forget_what_is_derived(&self) {
        for name in ["tree", "index"] {
            let _ = fs::remove_dir_all(self.ledger().join(name));
        }
    }

    /// Signs a checkpoint of the journal as it is now with the log's own key.
    pub fn sign_anew(&self) {
        let mut growing = Growing::default();
        let journal = fs::read(self.ledger().join(SEGMENT)).unwrap();
        let lines = journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.for_each(|line| drop(growing.push(leaf(line))));
        let (size, root) = (growing.size(), growing.root());
        let signed = Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&key());
        fs::write(self.ledger().join("checkpoint"), signed.to_bytes()).unwrap();
    }
}

fn make() -> Made {
    let dir = TempDir::new().unwrap();
    let home = dir.path().join("ledger");
    let mut ledger = begin(&home);
    ledger.keep_keys_in(&dir.path().join("config")).unwrap();
    ledger.keyring().unwrap().keep_key(&key()).unwrap();
    let public = json!({ "key": key().public().to_string() });
    record(&mut ledger, &[submission("record_ledger_key", &public)], &minute(1));
    ledger.store().name_key(key().public()).unwrap();
    record(&mut ledger, &[register(1), register(2)], &minute(2));
    record(&mut ledger, &[import(1, "2024-05", "formal")], &minute(3));
    let first = ledger.sign_checkpoint().unwrap().checkpoint.to_bytes();
    record(&mut ledger, &[import(2, "2024-06", "formal")], &minute(4));
    record(&mut ledger, &[review(1, "safeguarding", 3, "2025-01-02")], &minute(5));
    record(&mut ledger, &[review(2, "safeguarding", 2, "2025-01-03")], &minute(6));
    let last = ledger.sign_checkpoint().unwrap().checkpoint.to_bytes();
    drop(ledger);
    (files(dir.path()), [first, last])
}

pub fn size(site: &Site, which: usize) -> u64 {
    site.kept(which).checkpoint().size
}
