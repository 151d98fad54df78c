//! What the system says about files: who owns them, who can change them, what lies beside them.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::geteuid;

use crate::edge::private_dir::is_absent;
use crate::model::doctor::files::{DirectoryFacts, FileFacts};

/// The user that this process works for.
pub(crate) fn me() -> u32 {
    geteuid().as_raw()
}

/// What there is to know of a file; none if it is not there, or is a pipe or a device.
///
/// # Errors
/// Those of the system.
pub(crate) fn file_facts(path: &Path) -> io::Result<Option<FileFacts>> {
    let real = match fs::canonicalize(path) {
        Ok(real) => real,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let file = fs::metadata(&real)?;
    if !file.is_file() {
        return Ok(None);
    }
    let directory = real.parent().unwrap_or(Path::new("/"));
    let of_directory = fs::metadata(directory)?;
    // A home below a link, as on macOS, makes no link of the file.
    let is_link = path.is_symlink();
    let shown = |path: &Path| path.display().to_string();
    Ok(Some(FileFacts {
        path: shown(path),
        real: shown(if is_link { &real } else { path }),
        owner: file.uid(),
        mode: mode(&file),
        directory: DirectoryFacts {
            path: shown(directory),
            owner: of_directory.uid(),
            mode: mode(&of_directory),
        },
    }))
}

fn mode(metadata: &Metadata) -> u32 {
    metadata.mode() & 0o7777
}

/// The files beside this one whose names have its name in them.
pub(crate) fn beside(path: &Path) -> Vec<String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let entries = path
        .parent()
        .and_then(|directory| fs::read_dir(directory).ok());
    let entries = entries.into_iter().flatten().flatten();
    let others = entries.filter(|entry| {
        let other = entry.file_name();
        let other = other.to_string_lossy();
        other != name && other.contains(&*name)
    });
    let mut paths: Vec<String> = others
        .map(|entry| entry.path().display().to_string())
        .collect();
    paths.sort_unstable();
    paths
}

/// Whether it is a file that this process can read.
pub(crate) fn is_readable(path: &str) -> bool {
    fs::metadata(path).is_ok_and(|file| !file.is_dir()) && fs::File::open(path).is_ok()
}

/// Whether this machine is an instance of EC2, by what the firmware says of its maker.
pub(crate) fn is_ec2() -> bool {
    let maker = fs::read_to_string("/sys/class/dmi/id/sys_vendor");
    maker.is_ok_and(|maker| maker.trim() == "Amazon EC2")
}
