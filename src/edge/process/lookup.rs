//! Where programs are found that mfaexec runs for itself. The command is looked up by execvp(3) alone,
//! see `exec`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use which::WhichConfig;

use crate::model::environment::Environment;

/// A program by an absolute path, or in an absolute directory of PATH: a program in the working
/// directory is not run, no matter who put it there.
///
/// # Errors
/// There is none that can be run; in words.
pub(crate) fn find(name: &str, env: &Environment) -> Result<PathBuf, String> {
    if name.contains('/') {
        return match Path::new(name).is_absolute() {
            true => Ok(PathBuf::from(name)),
            false => Err(format!("{name} is not an absolute path")),
        };
    }
    WhichConfig::new()
        .binary_name(OsString::from(name))
        .custom_path_list(absolute_directories(env))
        .first_result()
        .map_err(|_| format!("no absolute directory of PATH has a program {name}"))
}

/// PATH without what depends on the working directory. `which` expands a leading `~`, which no other
/// program does: such an entry is not absolute either.
fn absolute_directories(env: &Environment) -> OsString {
    let path = env.get("PATH");
    let path = path.unwrap_or_else(|| OsStr::new("/bin:/usr/bin"));
    let directories = path.as_bytes().split(|byte| *byte == b':');
    let absolute: Vec<&[u8]> = directories
        .filter(|directory| directory.starts_with(b"/"))
        .collect();
    OsStr::from_bytes(&absolute.join(&b':')).to_owned()
}
