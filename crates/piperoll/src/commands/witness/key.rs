//! The witness's key: made once, read by its owner alone, and never overwritten.

use crate::exit::{Failure, REFUSED, UNABLE, USAGE};
use crate::world;
use journal::SigningKey;
use journal::note::Algorithm;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The key of the witness that is kept in a directory; makes one of this name if there is none.
pub fn load_or_make(dir: &Path, name: &str) -> Result<SigningKey, Failure> {
    if let Some(key) = load(dir)? {
        return named(dir, key, name);
    }
    make(dir, name)?;
    // Another process may have been quicker: what lies there counts.
    let key = load(dir)?;
    named(dir, key.expect("the key was just made, or was there"), name)
}

/// The key of the witness that is kept in a directory, if there is one.
pub fn load(dir: &Path) -> Result<Option<SigningKey>, Failure> {
    let path = path(dir);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        text => text.map_err(failed("read", &path))?,
    };
    private(&path)?;
    let key: SigningKey = text.trim_end().parse().map_err(|error| {
        Failure::new(UNABLE, format!("{} is not the key of a witness: {error}", path.display()))
            .hint("restore it from a copy; a new key would need another directory, and trust anew")
    })?;
    Ok(Some(key))
}

fn named(dir: &Path, key: SigningKey, name: &str) -> Result<SigningKey, Failure> {
    let is = key.public().name();
    if is == name {
        return Ok(key);
    }
    Err(Failure::new(REFUSED, format!("the witness in {} is {is}, not {name}", dir.display()))
        .hint("start it under its own name, or begin another one with another --config"))
}

fn make(dir: &Path, name: &str) -> Result<(), Failure> {
    let mut seed = [0; 32];
    world::random(&mut seed);
    let key = SigningKey::new(name, Algorithm::Cosignature, &seed).map_err(|error| {
        Failure::new(USAGE, error.to_string())
            .hint("a name such as example.org/witness: not empty, no space, no +")
    })?;
    create_dir(dir)?;
    let unfinished = dir.join(format!("key.{}.new", world::key()));
    let written = new_file().open(&unfinished).and_then(|mut file| {
        writeln!(file, "{}", key.to_secret_text())?;
        file.sync_all()
    });
    written.map_err(failed("write", &unfinished))?;
    // A link is refused where there is a file: of two who begin at a time one makes the key, and
    // nobody ever sees half of it. If we crash here, a key lies there that nobody uses.
    let linked = match fs::hard_link(&unfinished, path(dir)) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked.map_err(failed("write", &path(dir))),
    };
    fs::remove_file(&unfinished).map_err(failed("remove", &unfinished))?;
    linked?;
    sync(dir)
}

/// Makes a directory with those above it, so that a power cut does not take back what is in it.
fn create_dir(dir: &Path) -> Result<(), Failure> {
    if dir.is_dir() {
        return Ok(());
    }
    let above = dir.parent().filter(|above| !above.as_os_str().is_empty());
    if let Some(above) = above {
        create_dir(above)?;
    }
    match dir_builder().create(dir) {
        // Another one was quicker.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        created => created.map_err(failed("create", dir))?,
    }
    sync(above.unwrap_or(Path::new(".")))
}

fn sync(dir: &Path) -> Result<(), Failure> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed("sync", dir))
}

fn path(dir: &Path) -> PathBuf {
    dir.join("key")
}

#[cfg(unix)]
fn private(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(failed("look at", path))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Failure::new(UNABLE, format!("others may read the key {}", path.display()))
        .hint("`chmod 600` it, if nobody has read it; else begin a new witness elsewhere"))
}

#[cfg(not(unix))]
fn private(_path: &Path) -> Result<(), Failure> {
    Ok(())
}

#[cfg_attr(not(unix), allow(unused_mut, reason = "there are no modes"))]
fn dir_builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// How the key's file is made: it never has a wider mode, not for a moment.
fn new_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn failed<'a>(doing: &'static str, path: &'a Path) -> impl Fn(io::Error) -> Failure + 'a {
    move |error| {
        Failure::new(UNABLE, format!("cannot {doing} {}: {error}", path.display()))
            .hint("--config or PIPEROLL_CONFIG names another directory")
    }
}
