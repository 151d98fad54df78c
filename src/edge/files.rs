//! A private directory and the small files in it: opened without following links, owned by the
//! user, closed to everybody else, replaced as a whole or not at all.

use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use nix::dir::Dir as Listing;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{Mode, SFlag, fchmod, fstat, fstatat};
use nix::unistd::{UnlinkatFlags, geteuid, unlinkat};
use ring::rand::{SecureRandom, SystemRandom};

use crate::error::{Error, Result};

/// Only the owner reads and writes.
const FILE_MODE: Mode = Mode::S_IRUSR.union(Mode::S_IWUSR);
/// A file of the cache has about 2 KB; more than this is none of ours.
const SIZE_LIMIT: u64 = 64 * 1024;
/// How temporary files begin. They are renamed or, when a run was killed, swept up later.
pub const TEMPORARY: &str = ".new-";
/// Seconds after which a temporary file is certainly nobody's.
const STALE: i64 = 600;

/// A directory that belongs to the user alone.
#[derive(Debug)]
pub struct PrivateDir {
    fd: OwnedFd,
    path: PathBuf,
}

impl PrivateDir {
    /// Opens the directory; `None` if it is not there.
    ///
    /// # Errors
    /// It is a link or no directory, belongs to somebody else, or is open to others.
    pub fn open(path: &Path) -> Result<Option<Self>> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let fd = match nix::fcntl::open(path, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::ENOENT) => return Ok(None),
            // Linux says ENOTDIR for a link with O_DIRECTORY, others ELOOP.
            Err(Errno::ENOTDIR | Errno::ELOOP) => {
                return Err(unusable(path, "it is not a directory, or a link to one"));
            }
            Err(errno) => return Err(unusable(path, errno.desc())),
        };
        check_private(&fd, path)?;
        Ok(Some(Self {
            fd,
            path: path.to_owned(),
        }))
    }

    /// Opens the directory, and makes it (and what leads there) if it is not there.
    ///
    /// # Errors
    /// As [`PrivateDir::open`], or it cannot be made.
    pub fn create(path: &Path) -> Result<Self> {
        if let Some(dir) = Self::open(path)? {
            return Ok(dir);
        }
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|error| unusable(path, &error.to_string()))?;
        let dir = Self::open(path)?.ok_or_else(|| unusable(path, "it vanished"))?;
        Ok(dir)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file's content; `None` if there is no such file.
    ///
    /// # Errors
    /// It is a link, no plain file, somebody else's, open to others, or too big to be ours.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path.join(name);
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
        let fd = match openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::ENOENT) => return Ok(None),
            Err(Errno::ELOOP) => return Err(unusable(&path, "it is a link")),
            Err(errno) => return Err(unusable(&path, errno.desc())),
        };
        check_private(&fd, &path)?;
        let mut content = Vec::with_capacity(4096);
        File::from(fd)
            .take(SIZE_LIMIT + 1)
            .read_to_end(&mut content)
            .map_err(|error| unusable(&path, &error.to_string()))?;
        if content.len() as u64 > SIZE_LIMIT {
            return Err(unusable(
                &path,
                "it is too big to be one of mfaexec's files",
            ));
        }
        Ok(Some(content))
    }

    /// Puts a file in place: whoever looks sees the old one or the new one.
    ///
    /// # Errors
    /// Those of the system, as a full disk; then nothing has changed.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        let failed = |error: io::Error| unusable(&self.path.join(name), &error.to_string());
        let mut random = [0; 8];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| failed(io::Error::other("no random numbers to be had")))?;
        let temporary = format!("{TEMPORARY}{}", hex::encode(random));
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
        let write = || -> io::Result<()> {
            let fd = openat(&self.fd, temporary.as_str(), flags, FILE_MODE)?;
            // The umask may have taken bits away that the owner needs.
            fchmod(&fd, FILE_MODE)?;
            File::from(fd).write_all(content)?;
            renameat(&self.fd, temporary.as_str(), &self.fd, name)?;
            Ok(())
        };
        write().map_err(|error| {
            let _ = unlinkat(&self.fd, temporary.as_str(), UnlinkatFlags::NoRemoveDir);
            failed(error)
        })
    }

    /// Removes a file; whether there was one.
    pub fn remove(&self, name: &str) -> bool {
        unlinkat(&self.fd, name, UnlinkatFlags::NoRemoveDir).is_ok()
    }

    /// Opens a file for locking, and makes it if it is not there.
    ///
    /// # Errors
    /// It is a link, somebody else's or open to others, or it cannot be made.
    pub fn lock_file(&self, name: &str) -> Result<File> {
        let path = self.path.join(name);
        let flags = OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let fd = openat(&self.fd, name, flags, FILE_MODE)
            .map_err(|errno| unusable(&path, errno.desc()))?;
        check_private(&fd, &path)?;
        Ok(File::from(fd))
    }

    /// Opens a file for a moment's work in it, which nobody else does at the same time: locked, and
    /// made if it is not there.
    ///
    /// # Errors
    /// As [`PrivateDir::lock_file`], or it cannot be locked.
    pub fn locked_file(&self, name: &str) -> Result<File> {
        loop {
            let file = self.lock_file(name)?;
            file.lock()
                .map_err(|error| unusable(&self.path.join(name), &error.to_string()))?;
            if self.has_name(&file, name) {
                return Ok(file);
            }
        }
    }

    /// Whether this file has that name in the directory: it may have been removed since, and
    /// another one be in its place.
    pub(super) fn has_name(&self, file: &File, name: &str) -> bool {
        let named = fstatat(&self.fd, name, AtFlags::AT_SYMLINK_NOFOLLOW);
        match (fstat(file), named) {
            (Ok(file), Ok(named)) => (file.st_dev, file.st_ino) == (named.st_dev, named.st_ino),
            _ => false,
        }
    }

    /// The names of its files that end in `suffix`, sorted.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn names(&self, suffix: &str) -> Result<Vec<String>> {
        let failed = |errno: Errno| unusable(&self.path, errno.desc());
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let mut listing =
            Listing::openat(self.fd.as_fd(), ".", flags, Mode::empty()).map_err(failed)?;
        let names = listing
            .iter()
            .filter_map(|entry| Some(entry.ok()?.file_name().to_str().ok()?.to_owned()));
        let mut names: Vec<String> = names.filter(|name| name.ends_with(suffix)).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Removes temporary files that killed runs have left, judged by `now` in seconds.
    pub fn sweep(&self, now: i64) {
        for name in self.names("").unwrap_or_default() {
            let stale = name.starts_with(TEMPORARY)
                && fstatat(&self.fd, name.as_str(), AtFlags::AT_SYMLINK_NOFOLLOW)
                    .is_ok_and(|stat| now - stat.st_mtime > STALE);
            if stale {
                self.remove(&name);
            }
        }
    }
}

fn check_private(fd: &OwnedFd, path: &Path) -> Result<()> {
    let stat = fstat(fd).map_err(|errno| unusable(path, errno.desc()))?;
    let kind = SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits());
    if kind != SFlag::S_IFREG && kind != SFlag::S_IFDIR {
        return Err(unusable(path, "it is neither a file nor a directory"));
    }
    if stat.st_uid != geteuid().as_raw() {
        return Err(unusable(
            path,
            &format!("it belongs to user {}", stat.st_uid),
        ));
    }
    if stat.st_mode & 0o077 != 0 {
        let mode = stat.st_mode & 0o777;
        let right = if kind == SFlag::S_IFDIR { "700" } else { "600" };
        return Err(Error::new(
            format!("cannot use {}", path.display()),
            format!("others have access to it (mode {mode:03o})"),
            format!(
                "if nobody has tampered with it: chmod {right} {}",
                path.display()
            ),
        ));
    }
    Ok(())
}

fn unusable(path: &Path, cause: &str) -> Error {
    Error::new(
        format!("cannot use {}", path.display()),
        cause,
        "mend it or move it away, set XDG_CACHE_HOME to another directory, or use --cache none",
    )
}

/// Whether an error of the standard library means "not there".
#[must_use]
pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
