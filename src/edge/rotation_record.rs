//! The record of a rotation, in a private file beside the one that has the key: written in place, on the
//! disk before the next step begins, and locked for as long as a rotation is under way.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use crate::edge::bounded::read_bounded;
use crate::edge::private_dir::is_absent;
use crate::edge::private_dir::trust::check_private;
use crate::error::{Error, Result};
use crate::model::rotation::NewKey;
use crate::model::rotation::record::{RECORD_SIZE, Record, Secret};

/// What the name has between that of the file and the id of the old key.
const MIDDLE: &str = ".mfaexec-rotation-";

/// The record of a rotation that this process alone carries out.
#[derive(Debug)]
pub(crate) struct KeptRecord {
    path: PathBuf,
    /// Locked until this value goes.
    file: File,
    pub(crate) record: Record,
}

impl KeptRecord {
    /// The record beside `of` that is about the key `current`, as the old one or as the new one. One that
    /// is no whole record is about nothing, and is removed.
    ///
    /// # Errors
    /// Another process works on it, or others could have touched it.
    pub(crate) fn find(of: &Path, current: &str) -> Result<Option<Self>> {
        let of = real(of);
        let directory = of.parent().unwrap_or(Path::new("/"));
        let failed = |error: &io::Error| cannot_use(directory, &error.to_string());
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let begin = path_of(&of, "");
        let begin = begin.file_name().unwrap_or_default().to_owned();
        for entry in entries {
            let entry = entry.map_err(|error| failed(&error))?;
            let name = entry.file_name();
            if !name
                .to_string_lossy()
                .starts_with(&*begin.to_string_lossy())
            {
                continue;
            }
            // Another user's rotation may be under way in the same file.
            let seen = read_bounded(&entry.path()).unwrap_or_default();
            if Record::parse(&seen).is_some_and(|record| !record.is_about(current)) {
                continue;
            }
            if let Some(found) = Self::open(&entry.path())?
                && found.record.is_about(current)
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Opens and locks a record; none if there is none any more, or no whole one.
    fn open(path: &Path) -> Result<Option<Self>> {
        let failed = |error: &io::Error| cannot_use(path, &error.to_string());
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
            .open(path);
        let mut file = match opened {
            Ok(file) => file,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let owned: OwnedFd = file.as_fd().try_clone_to_owned().map_err(|e| failed(&e))?;
        check_private(&owned, path)?;
        lock(&file, path)?;
        let mut bytes = Vec::with_capacity(RECORD_SIZE);
        let limit = RECORD_SIZE as u64;
        let read = (&mut file).take(limit).read_to_end(&mut bytes);
        read.map_err(|error| failed(&error))?;
        let is_named = file.metadata().is_ok_and(|file| file.nlink() > 0);
        match Record::parse(&bytes).filter(|_| is_named) {
            Some(record) => {
                let path = path.to_owned();
                Ok(Some(Self { path, file, record }))
            }
            None => {
                // Another process may have removed it already.
                fs::remove_file(path).ok();
                Ok(None)
            }
        }
    }

    /// Takes the room for the new key of a rotation, before it is created.
    ///
    /// # Errors
    /// It cannot be written, or another process begins at the same time.
    pub(crate) fn begin(of: &Path, old: &str, secret: Secret) -> Result<Self> {
        let path = path_of(&real(of), old);
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        let file = opened.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => under_way(&path),
            _ => cannot_use(&path, &error.to_string()),
        })?;
        lock(&file, &path)?;
        let record = Record {
            old: old.to_owned(),
            new: None,
            secret,
        };
        let mut kept = Self { path, file, record };
        let written = kept.write().and_then(|()| sync_directory(&kept.path));
        if let Err(error) = written {
            fs::remove_file(&kept.path).ok();
            return Err(cannot_use(&kept.path, &error.to_string()));
        }
        Ok(kept)
    }

    /// Keeps the new key.
    ///
    /// # Errors
    /// The disk fails.
    pub(crate) fn keep(&mut self, new: NewKey) -> Result<()> {
        self.record.new = Some(new);
        self.write()
            .map_err(|error| cannot_use(&self.path, &error.to_string()))
    }

    /// Forgets a new key that is of no use.
    ///
    /// # Errors
    /// The disk fails.
    pub(crate) fn forget_new(&mut self) -> Result<()> {
        self.record.new = None;
        self.write()
            .map_err(|error| cannot_use(&self.path, &error.to_string()))
    }

    /// The rotation is over, or has not begun.
    ///
    /// # Errors
    /// The file stays.
    pub(crate) fn remove(self) -> Result<()> {
        let removed = fs::remove_file(&self.path).and_then(|()| sync_directory(&self.path));
        removed.map_err(|error| {
            Error::new(
                format!("cannot remove {}", self.path.display()),
                error.to_string(),
                format!("it has a key in it: rm {}", self.path.display()),
            )
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&self.record.to_bytes())?;
        self.file.sync_all()
    }
}

fn lock(file: &File, path: &Path) -> Result<()> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => under_way(path),
        TryLockError::Error(error) => cannot_use(path, &error.to_string()),
    })
}

/// Without it, a power failure could take the name away, though not the content.
fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new("/")))?.sync_all()
}

/// Where a file is that may be named by a link.
fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn path_of(of: &Path, old: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(of.file_name().unwrap_or_default());
    name.push(MIDDLE);
    name.push(old);
    of.with_file_name(name)
}

fn under_way(path: &Path) -> Error {
    Error::new(
        "another mfaexec rotates this key",
        format!("it holds {}", path.display()),
        "wait for it to end, then run this again",
    )
}

fn cannot_use(path: &Path, cause: &str) -> Error {
    Error::new(
        format!("cannot keep a new key in {}", path.display()),
        cause,
        "correct that, then run mfaexec keys rotate again",
    )
}
