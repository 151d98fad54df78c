//! Replaces a file of the user's as a whole: a reader finds the old file or the new one,
//! whenever this process ends. The old one is kept beside it.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::edge::bounded::read_bounded;
use crate::edge::private_dir::is_absent;
use crate::error::{Error, Result};

/// What the name of the kept file ends in.
const BACKUP: &str = ".mfaexec-backup";
/// What the name of a file that is being written begins and ends with. One that a killed run has left
/// is written anew by the next.
const TEMPORARY: (&str, &str) = (".", ".mfaexec-new");

/// A file that no other mfaexec replaces meanwhile.
#[derive(Debug)]
pub(crate) struct Replacing {
    /// The file itself, where the path is a link to it.
    path: PathBuf,
    /// Locked until this value goes.
    directory: File,
    /// None if there is no such file yet.
    seen: Option<Metadata>,
    pub(crate) content: Vec<u8>,
}

impl Replacing {
    /// Reads the file; one that is not there is empty.
    ///
    /// # Errors
    /// It is no plain file, belongs to someone else, or cannot be read.
    pub(crate) fn begin(path: &Path) -> Result<Self> {
        let failed = |error: &io::Error| cannot(path, &error.to_string());
        let real = match fs::canonicalize(path) {
            Ok(real) => real,
            Err(error) if is_absent(&error) => absent(path)?,
            Err(error) => return Err(failed(&error)),
        };
        let directory = real.parent().unwrap_or(Path::new("/"));
        let directory = File::open(directory).map_err(|error| failed(&error))?;
        directory.lock().map_err(|error| failed(&error))?;
        let seen = match fs::symlink_metadata(&real) {
            Ok(seen) => Some(seen),
            Err(error) if is_absent(&error) => None,
            Err(error) => return Err(failed(&error)),
        };
        let content = match &seen {
            None => Vec::new(),
            Some(seen) if !seen.is_file() => return Err(cannot(path, "it is not a plain file")),
            Some(_) => read_bounded(&real).map_err(|error| failed(&error))?,
        };
        Ok(Self {
            path: real,
            directory,
            seen,
            content,
        })
    }

    /// Puts `content` in its place; where the old file is kept, if there was one.
    ///
    /// # Errors
    /// It was changed meanwhile, or cannot be written with the owner and the mode that it has. Then
    /// the old file is there.
    pub(crate) fn replace(self, content: &[u8]) -> Result<Option<PathBuf>> {
        let backup = backup_of(&self.path);
        if self.seen.is_some() {
            self.put(&self.content, &backup)
                .map_err(|error| cannot(&self.path, &error.to_string()))?;
        }
        let had_one = self.seen.is_some();
        self.replace_without_backup(content)?;
        Ok(had_one.then_some(backup))
    }

    /// The same without the old file beside it: it may have a secret that is not to lie about.
    ///
    /// # Errors
    /// As [`Replacing::replace`].
    pub(crate) fn replace_without_backup(self, content: &[u8]) -> Result<()> {
        let now = fs::symlink_metadata(&self.path).ok();
        if now.as_ref().map(identity) != self.seen.as_ref().map(identity) {
            return Err(cannot(
                &self.path,
                "another program has changed it just now",
            ));
        }
        let written = self.put(content, &self.path);
        written.map_err(|error| cannot(&self.path, &error.to_string()))
    }

    /// Makes sure that the file could be replaced, as far as that can be known, and leaves it as it is.
    ///
    /// # Errors
    /// Those of the system: no room, a directory that is closed, an owner who is someone else.
    pub(crate) fn check(&self) -> Result<()> {
        let temporary = self.temporary();
        let written = self.write(&self.content, &temporary);
        fs::remove_file(&temporary).ok();
        written.map_err(|error| cannot(&self.path, &error.to_string()))
    }

    /// Writes a file under another name, then gives it its own.
    fn put(&self, content: &[u8], path: &Path) -> io::Result<()> {
        let temporary = self.temporary();
        let put = self.write(content, &temporary).and_then(|()| {
            fs::rename(&temporary, path)?;
            // Until then, a name may be lost in a power failure, but not a file.
            self.directory.sync_all()
        });
        if put.is_err() {
            // The error says what there is to say; the next run writes it anew.
            let _ = fs::remove_file(&temporary);
        }
        put
    }

    fn temporary(&self) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let (begin, end) = TEMPORARY;
        self.path.with_file_name(format!("{begin}{name}{end}"))
    }

    fn write(&self, content: &[u8], temporary: &Path) -> io::Result<()> {
        match fs::remove_file(temporary) {
            Err(error) if !is_absent(&error) => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(temporary)?;
        file.write_all(content)?;
        if let Some(seen) = &self.seen {
            let made = file.metadata()?;
            if (made.uid(), made.gid()) != (seen.uid(), seen.gid()) {
                fchown(&file, Some(seen.uid()), Some(seen.gid()))?;
            }
            file.set_permissions(fs::Permissions::from_mode(seen.mode() & 0o7777))?;
        }
        file.sync_all()
    }
}

/// The kept file of a path, if there is one and `secret` is in it.
pub(crate) fn backup_with(path: &Path, secret: &str) -> Option<PathBuf> {
    let backup = backup_of(&fs::canonicalize(path).ok()?);
    let content = Zeroizing::new(read_bounded(&backup).ok()?);
    let mut windows = content.windows(secret.len().max(1));
    windows
        .any(|window| window == secret.as_bytes())
        .then_some(backup)
}

fn backup_of(path: &Path) -> PathBuf {
    let mut backup = path.as_os_str().to_owned();
    backup.push(BACKUP);
    PathBuf::from(backup)
}

/// Which file it is, and in which state.
fn identity(metadata: &Metadata) -> (u64, u64, u64, i64, i64) {
    let changed = (metadata.mtime(), metadata.mtime_nsec());
    (
        metadata.dev(),
        metadata.ino(),
        metadata.len(),
        changed.0,
        changed.1,
    )
}

/// The real path of a file that is not there, in a directory that is there afterwards.
fn absent(path: &Path) -> Result<PathBuf> {
    if path.is_symlink() {
        return Err(cannot(path, "it is a link to a file that is not there"));
    }
    let failed = |error: io::Error| cannot(path, &error.to_string());
    let directory = path.parent().filter(|parent| *parent != Path::new(""));
    let directory = directory.unwrap_or(Path::new("."));
    let mut builder = DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(failed)?;
    let directory = fs::canonicalize(directory).map_err(failed)?;
    Ok(directory.join(path.file_name().unwrap_or_default()))
}

fn cannot(path: &Path, cause: &str) -> Error {
    Error::new(
        format!("cannot change {}, it is as it was", path.display()),
        cause,
        "make it a file that you can write, then run the same command again",
    )
}
