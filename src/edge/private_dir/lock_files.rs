//! Files of a private directory that are there to be locked.

use std::fs::File;

use nix::fcntl::{OFlag, openat};
use nix::sys::stat::fchmod;

use crate::edge::private_dir::trust::{cannot_write, check_private, unusable};
use crate::edge::private_dir::{FILE_MODE, PrivateDir};
use crate::error::Result;

impl PrivateDir {
    /// Opens a file for locking, and makes it if it is not there.
    ///
    /// # Errors
    /// It is a link, someone else's or open to others, or it cannot be made.
    pub fn lock_file(&self, name: &str) -> Result<File> {
        self.open_lock(name, OFlag::O_CREAT)
    }

    /// The same, if it is there.
    ///
    /// # Errors
    /// As [`PrivateDir::lock_file`].
    pub(crate) fn existing_lock_file(&self, name: &str) -> Result<Option<File>> {
        match self.look(name) {
            Some(_) => self.open_lock(name, OFlag::empty()).map(Some),
            None => Ok(None),
        }
    }

    fn open_lock(&self, name: &str, create: OFlag) -> Result<File> {
        let path = self.path.join(name);
        let flags = create | OFlag::O_RDWR | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let fd = openat(&self.dir, name, flags, FILE_MODE)
            .map_err(|errno| cannot_write(&path, &errno.into()))?;
        let stat = check_private(&fd, &path)?;
        // The umask may have taken bits away that the next run needs.
        if stat.st_mode & FILE_MODE.bits() != FILE_MODE.bits() {
            fchmod(&fd, FILE_MODE).map_err(|errno| unusable(&path, errno.desc()))?;
        }
        Ok(File::from(fd))
    }

    /// Opens a file for a moment's work in it, which no one else does at the same time: locked, and
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
}
