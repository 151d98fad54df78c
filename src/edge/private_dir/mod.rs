//! A private directory and the small files in it: opened without following links, owned by the
//! user, closed to everybody else, replaced as a whole or not at all.

pub(crate) mod changes;
pub(crate) mod lock_files;
pub(crate) mod trust;

use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use nix::dir::Dir as Listing;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{Mode, UtimensatFlags, fchmod, fstatat, umask, utimensat};
use nix::sys::time::TimeSpec;
use nix::unistd::{UnlinkatFlags, unlinkat};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::edge::private_dir::changes::Changing;
use crate::edge::private_dir::trust::{
    FileIdentity, cannot_remove, cannot_write, check_private, check_way, unusable,
};
use crate::error::Result;

/// Only the owner reads and writes.
const FILE_MODE: Mode = Mode::S_IRUSR.union(Mode::S_IWUSR);
/// A file of the cache has about 2 KB; more than this is none of ours.
const SIZE_LIMIT: u64 = 64 * 1024;
/// How temporary files begin. They are renamed or, when a run was killed, swept up later.
pub(crate) const TEMPORARY: &str = ".new-";
/// Seconds after which a temporary file is certainly no one's.
pub(crate) const STALE_SECONDS: u64 = 600;

/// A directory that belongs to the user alone.
#[derive(Debug)]
pub struct PrivateDir {
    dir: File,
    path: PathBuf,
}

impl PrivateDir {
    /// Opens the directory; `None` if it is not there.
    ///
    /// # Errors
    /// It is a link or no directory, belongs to someone else, or is open to others.
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
            dir: File::from(fd),
            path: path.to_owned(),
        }))
    }

    /// Opens the directory to write in it, and makes it (and what leads there) if it is not there.
    ///
    /// # Errors
    /// As [`PrivateDir::open`], or it cannot be made, or others could put one in its place.
    pub fn create(path: &Path) -> Result<Self> {
        if let Some(dir) = Self::open(path)? {
            check_way(path)?;
            return Ok(dir);
        }
        // A umask that takes the owner's rights away would do so to `~/.cache`, which is not ours
        // alone. No other thread makes files.
        let before = umask(Mode::S_IRWXG | Mode::S_IRWXO);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        umask(before);
        made.map_err(|error| unusable(path, &error.to_string()))?;
        check_way(path)?;
        Self::open(path)?.ok_or_else(|| unusable(path, "it vanished"))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file's content, and which file it was; `None` if there is no such file.
    ///
    /// # Errors
    /// It is a link, no plain file, someone else's, open to others, or too big to be ours.
    pub fn read(&self, name: &str) -> Result<Option<(Zeroizing<Vec<u8>>, FileIdentity)>> {
        let path = self.path.join(name);
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
        let fd = match openat(&self.dir, name, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::ENOENT) => return Ok(None),
            Err(Errno::ELOOP) => return Err(unusable(&path, "it is a link")),
            Err(errno) => return Err(unusable(&path, errno.desc())),
        };
        let seen = FileIdentity::of(&check_private(&fd, &path)?);
        let mut content = Zeroizing::new(Vec::with_capacity(4096));
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
        Ok(Some((content, seen)))
    }

    /// Puts a file in its place: a reader sees the old one or the new one.
    ///
    /// # Errors
    /// Those of the system, as a full disk; then nothing has changed.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        self.write_new(name, content, |temporary, _| {
            renameat(&self.dir, temporary, &self.dir, name).map_err(io::Error::from)
        })
    }

    /// The same, and afterwards the file is on the disk, whatever happens to the power.
    ///
    /// # Errors
    /// As [`PrivateDir::write`].
    pub(crate) fn write_durably(&self, name: &str, content: &[u8]) -> Result<()> {
        self.write_new(name, content, |temporary, file| {
            file.sync_all()?;
            renameat(&self.dir, temporary, &self.dir, name)?;
            self.dir.sync_all()
        })
    }

    /// Makes sure that a file of this size could be written, and leaves none.
    ///
    /// # Errors
    /// Those of the system.
    pub fn try_write(&self, size: usize) -> Result<()> {
        self.write_new("probe", &vec![0; size], |temporary, file| {
            // Some file systems look for room, and at the user's share of it, only now.
            file.sync_data()?;
            unlinkat(&self.dir, temporary, UnlinkatFlags::NoRemoveDir).map_err(io::Error::from)
        })
    }

    fn write_new(
        &self,
        name: &str,
        content: &[u8],
        then: impl FnOnce(&str, &File) -> io::Result<()>,
    ) -> Result<()> {
        let failed = |error: &io::Error| cannot_write(&self.path.join(name), error);
        let mut random = [0; 8];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| failed(&io::Error::other("no random numbers are available")))?;
        let temporary = format!("{TEMPORARY}{}", hex::encode(random));
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
        let write = || -> io::Result<()> {
            let fd = openat(&self.dir, temporary.as_str(), flags, FILE_MODE)?;
            // The umask may have taken bits away that the owner needs.
            fchmod(&fd, FILE_MODE)?;
            let mut file = File::from(fd);
            file.write_all(content)?;
            then(&temporary, &file)
        };
        write().map_err(|error| {
            // What is left in spite of this is swept up later.
            unlinkat(&self.dir, temporary.as_str(), UnlinkatFlags::NoRemoveDir).ok();
            failed(&error)
        })
    }

    /// Lets no one else of mfaexec change files here until the result is dropped.
    pub fn changing(&self) -> Changing<'_> {
        Changing::begin(&self.dir)
    }

    /// Removes a file, or an empty directory in the place of one; whether there was one.
    ///
    /// # Errors
    /// It is there and stays.
    pub fn remove(&self, name: &str) -> Result<bool> {
        let remove = |flags| unlinkat(&self.dir, name, flags);
        let removed = match remove(UnlinkatFlags::NoRemoveDir) {
            // Linux says EISDIR, POSIX EPERM.
            Err(errno @ (Errno::EISDIR | Errno::EPERM)) => remove(UnlinkatFlags::RemoveDir)
                .map_err(|other| match other {
                    Errno::ENOTDIR => errno,
                    other => other,
                }),
            other => other,
        };
        self.removed(name, removed)
    }

    fn removed(&self, name: &str, removed: nix::Result<()>) -> Result<bool> {
        match removed {
            Ok(()) => Ok(true),
            Err(Errno::ENOENT) => Ok(false),
            Err(errno) => Err(cannot_remove(&self.path.join(name), errno)),
        }
    }

    /// Removes the very file that was looked at; whether it was still there. What others have put
    /// under its name meanwhile stays. To be called while [`PrivateDir::changing`]: without, a file
    /// that is put there between the two system calls here would go.
    ///
    /// # Errors
    /// It is there and stays.
    pub fn remove_seen(&self, name: &str, seen: &FileIdentity) -> Result<bool> {
        if self.look(name).as_ref() != Some(seen) {
            return Ok(false);
        }
        self.removed(name, unlinkat(&self.dir, name, UnlinkatFlags::NoRemoveDir))
    }

    /// Which file has that name, without opening it.
    pub fn look(&self, name: &str) -> Option<FileIdentity> {
        let stat = fstatat(&self.dir, name, AtFlags::AT_SYMLINK_NOFOLLOW);
        stat.ok().as_ref().map(FileIdentity::of)
    }

    /// Removes a directory that has nothing in it.
    pub(crate) fn remove_empty_directory(&self, name: &str) {
        // It is there with something in it, or it is not there.
        unlinkat(&self.dir, name, UnlinkatFlags::RemoveDir).ok();
    }

    /// Marks a file as used at this moment.
    pub(crate) fn touch(&self, name: &str) {
        let now = &TimeSpec::UTIME_NOW;
        // If this fails, it is written anew after it was swept.
        utimensat(&self.dir, name, now, now, UtimensatFlags::NoFollowSymlink).ok();
    }

    /// Throws away what has this name, a file or an empty directory; whether there was something.
    pub(crate) fn discard(&self, name: &str) -> bool {
        let kinds = [UnlinkatFlags::NoRemoveDir, UnlinkatFlags::RemoveDir];
        kinds
            .into_iter()
            .any(|kind| unlinkat(&self.dir, name, kind).is_ok())
    }

    /// Whether this file has that name in the directory: it may have been removed since, and
    /// another one be in its place.
    pub(crate) fn has_name(&self, file: &File, name: &str) -> bool {
        let named = fstatat(&self.dir, name, AtFlags::AT_SYMLINK_NOFOLLOW);
        match (nix::sys::stat::fstat(file), named) {
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
            Listing::openat(self.dir.as_fd(), ".", flags, Mode::empty()).map_err(failed)?;
        let names = listing
            .iter()
            .filter_map(|entry| Some(entry.ok()?.file_name().to_str().ok()?.to_owned()));
        let mut names: Vec<String> = names.filter(|name| name.ends_with(suffix)).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Removes temporary files that killed runs have left, judged by `now` in seconds.
    pub fn sweep(&self, now: u64) {
        for name in self.names("").unwrap_or_default() {
            if name.starts_with(TEMPORARY)
                && let Some(seen) = self
                    .look(&name)
                    .filter(|seen| seen.age(now) > STALE_SECONDS)
            {
                // The next run tries again.
                self.remove_seen(&name, &seen).ok();
            }
        }
    }
}

/// Whether an error of the standard library means "not there".
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A directory, and the number of a test in its name.
    fn directory(name: &str) -> Result<PrivateDir> {
        let name = format!("mfaexec-files-{name}-{}", std::process::id());
        PrivateDir::create(&std::env::temp_dir().join(name))
    }

    #[test]
    fn what_goes_is_the_file_that_was_looked_at() -> Result<()> {
        let dir = directory("seen")?;
        dir.write("a", b"old")?;
        let (_, seen) = dir.read("a")?.unwrap();
        // Of the same length, in place before the other one goes.
        dir.write("a", b"new")?;
        assert!(!dir.remove_seen("a", &seen)?);
        let (content, seen) = dir.read("a")?.unwrap();
        assert_eq!(content.as_slice(), b"new");
        assert!(dir.remove_seen("a", &seen)?);
        assert!(!dir.remove_seen("a", &seen)?, "it is gone");
        std::fs::remove_dir_all(dir.path()).unwrap();
        Ok(())
    }

    #[test]
    fn nobody_puts_a_file_in_place_of_one_that_is_judged() -> Result<()> {
        let dir = directory("changing")?;
        dir.write("a", b"old")?;
        let (_, seen) = dir.read("a")?.unwrap();
        let changing = dir.changing();
        let path = dir.path().to_owned();
        let writer = std::thread::spawn(move || {
            let dir = PrivateDir::create(&path)?;
            let _changing = dir.changing();
            dir.write("a", b"new")
        });
        std::thread::sleep(Duration::from_millis(100));
        assert!(dir.remove_seen("a", &seen)?, "the writer waits");
        drop(changing);
        writer.join().unwrap()?;
        assert_eq!(dir.read("a")?.unwrap().0.as_slice(), b"new");
        std::fs::remove_dir_all(dir.path()).unwrap();
        Ok(())
    }
}
