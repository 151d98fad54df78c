//! Private files of a command: a directory for each run, which its name leads back to. What a command
//! has left is removed by its companion, or by the next run that makes such files.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::unistd::Pid;

use crate::edge::private_dir::PrivateDir;
use crate::edge::process::descendants::Member;
use crate::edge::system::{boot, pid_namespace, processes};
use crate::error::{Error, Result};
use crate::model::child::private_files::entry;

/// Files of another machine, container or start of the system are removed after this time. Whether
/// their command still runs cannot be seen from here.
const KEEP_UNKNOWN: Duration = Duration::from_secs(7 * 24 * 3600);

/// The directory of one run, whether it is there or not.
#[derive(Debug)]
pub(crate) struct PrivateFiles {
    all: PathBuf,
    own: PathBuf,
}

impl PrivateFiles {
    /// For the command that this process will be. `cache` is the directory of the sessions.
    ///
    /// # Errors
    /// The system does not say which process this is.
    pub(crate) fn of_this_process(cache: &Path) -> Result<Self> {
        let failed = || {
            Error::new(
                "cannot write the config file for the command",
                "the system does not say when this process was started",
                "mount /proc",
            )
        };
        let this = Member::this().ok_or_else(failed)?;
        let all = cache.join("runs");
        let own = all.join(name(this));
        Ok(Self { all, own })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.own
    }

    /// Writes the files, and removes those of commands that are gone.
    ///
    /// # Errors
    /// Those of the system, as a full disk.
    pub(crate) fn write(&self, files: &[(&str, &str)]) -> Result<()> {
        PrivateDir::create(&self.all)?;
        self.sweep();
        let directory = PrivateDir::create(&self.own)?;
        for (name, text) in files {
            directory.write(name, text.as_bytes())?;
        }
        Ok(())
    }

    pub(crate) fn remove(&self) {
        // Otherwise the next run does it.
        fs::remove_dir_all(&self.own).ok();
    }

    fn sweep(&self) {
        let entries = fs::read_dir(&self.all).into_iter().flatten().flatten();
        for entry in entries {
            let path = entry.path();
            if path != self.own && is_left(&path) {
                // It may be a link, or not ours: then it stays.
                fs::remove_dir_all(&path).ok();
            }
        }
    }
}

/// Whether no command needs the files any more: theirs is gone, and so are all that it has started.
fn is_left(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let Some((here, process)) = name.and_then(|name| name.rsplit_once('_')) else {
        return false;
    };
    if here != self::here() {
        return is_old(path);
    }
    let pid = process
        .split_once('-')
        .and_then(|(pid, _)| pid.parse().ok());
    let member = pid.and_then(|pid| Member::of(Pid::from_raw(pid)));
    let runs = member.is_some_and(|member| member.is_there() && of(member) == process);
    !runs && !is_used(path)
}

/// Whether a process has the directory in its environment: it may be a child that its parent has
/// left behind. Where environments cannot be read, the files are kept for long.
fn is_used(path: &Path) -> bool {
    let entry = entry(path);
    processes::any_has_in_environment(entry.as_bytes()).unwrap_or_else(|| !is_old(path))
}

fn is_old(path: &Path) -> bool {
    let changed = fs::symlink_metadata(path).and_then(|about| about.modified());
    let age = changed.ok().and_then(|changed| changed.elapsed().ok());
    age.is_some_and(|age| age > KEEP_UNKNOWN)
}

/// What tells the process from all others that share the directory.
fn name(process: Member) -> String {
    format!("{}_{}", here(), of(process))
}

fn of(process: Member) -> String {
    format!("{}-{}", process.pid(), process.started())
}

/// Where numbers of processes mean the same: the start of the system, and the container.
fn here() -> String {
    let (boot, container) = (boot().unwrap_or_default(), pid_namespace());
    format!("{boot}-{container}")
}
