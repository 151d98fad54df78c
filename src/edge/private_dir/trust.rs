//! What is trusted on a disk, and which file it was: one that belongs to the user, is closed to all
//! others, and lies where no one else could exchange it.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;
use nix::sys::stat::{FileStat, SFlag, fstat};
use nix::unistd::geteuid;

use crate::error::{Error, Result};

/// Which file was looked at: another one under its name is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileIdentity {
    device: u64,
    inode: u64,
    /// Seconds, and nanoseconds: a file system gives the numbers of removed files anew.
    changed: (i64, i64),
    size: i64,
}

impl FileIdentity {
    #[expect(
        clippy::useless_conversion,
        clippy::unnecessary_cast,
        reason = "the types differ between systems"
    )]
    pub(crate) fn of(stat: &FileStat) -> Self {
        Self {
            device: stat.st_dev as u64,
            inode: stat.st_ino as u64,
            changed: (stat.st_mtime.into(), stat.st_mtime_nsec.into()),
            size: stat.st_size.into(),
        }
    }

    /// The seconds from its last change until `now`; none if that is to come.
    pub fn age(&self, now: u64) -> u64 {
        now.saturating_sub(u64::try_from(self.changed.0).unwrap_or(0))
    }
}

/// Refuses what others own or could have touched.
pub(crate) fn check_private(fd: &OwnedFd, path: &Path) -> Result<FileStat> {
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
                "if no one has tampered with it: chmod {right} {}",
                path.display()
            ),
        ));
    }
    Ok(stat)
}

/// Refuses a place from which others could take the directory away, and the locks and the memory of
/// used codes with it. For reading this makes no difference: what they put there is not the user's.
pub(crate) fn check_way(path: &Path) -> Result<()> {
    let Some(parent) = path.parent().and_then(|parent| parent.canonicalize().ok()) else {
        return Ok(());
    };
    for above in parent.ancestors() {
        let mode = above.metadata().map_or(0, |above| above.mode());
        let (others_write, sticky) = (mode & 0o002 != 0, mode & 0o1000 != 0);
        if others_write && !sticky {
            let (path, above) = (path.display(), above.display());
            return Err(Error::new(
                format!("cannot use {path}"),
                format!(
                    "everybody can move it away: {above} has mode {:04o}",
                    mode & 0o7777
                ),
                format!(
                    "chmod o-w {above}, or set XDG_CACHE_HOME to a directory that is yours alone"
                ),
            ));
        }
    }
    Ok(())
}

pub(crate) fn cannot_write(path: &Path, error: &io::Error) -> Error {
    if error.raw_os_error() == Some(Errno::EFBIG as i32) {
        return Error::new(
            format!("cannot write {}", path.display()),
            format!("this process may not write files of that size: {error}"),
            "raise the limit: ulimit -f unlimited; or use --cache none",
        );
    }
    unusable(path, &error.to_string())
}

pub(crate) fn unusable(path: &Path, cause: &str) -> Error {
    Error::new(
        format!("cannot use {}", path.display()),
        cause,
        "mend it or move it away, set XDG_CACHE_HOME to another directory, or use --cache none",
    )
}

pub(crate) fn cannot_remove(path: &Path, errno: Errno) -> Error {
    Error::new(
        format!("cannot remove {}", path.display()),
        errno.desc(),
        format!("remove it: rm -r {}", path.display()),
    )
}
