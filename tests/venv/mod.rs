//! A Python of its own, with packages that others wrote.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Packages from PyPI in a place of their own, installed when the first test asks for them.
pub struct Venv {
    name: &'static str,
    packages: &'static [&'static str],
    made: OnceLock<Result<PathBuf, String>>,
}

impl Venv {
    /// These packages, each with its version, in a directory of this name.
    pub const fn new(name: &'static str, packages: &'static [&'static str]) -> Self {
        Self { name, packages, made: OnceLock::new() }
    }

    /// Where they are; where they cannot be had, it says why.
    pub fn path(&self) -> Option<&Path> {
        match self.made.get_or_init(|| self.install()) {
            Ok(venv) => Some(venv),
            Err(why) => {
                eprintln!("nothing is asked of others: {why}");
                None
            }
        }
    }

    fn install(&self) -> Result<PathBuf, String> {
        let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join(self.name);
        // Written last, so that an installation which broke off is begun again.
        let (mark, pins) = (venv.join("installed"), self.packages.join("\n"));
        if fs::read_to_string(&mark).is_ok_and(|installed| installed == pins) {
            return Ok(venv);
        }
        if ["CI", "PIPEROLL_LONG"].iter().all(|name| std::env::var_os(name).is_none()) {
            return Err("the packages are not installed; CI=1 installs them".to_owned());
        }
        let mut make = Command::new("python3");
        make.args(["-m", "venv", "--clear"]).arg(&venv);
        let mut fill = Command::new(venv.join("bin/python3"));
        fill.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        fill.args(self.packages);
        for (what, command) in [("python3 -m venv", &mut make), ("pip install", &mut fill)] {
            let output = command.output().map_err(|error| format!("{what}: {error}"))?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr);
                return Err(format!("{what}: {}", said.lines().last().unwrap_or_default()));
            }
        }
        fs::write(mark, pins).unwrap();
        Ok(venv)
    }
}
