//! Where programs are found that mfaexec runs for itself, and what there is in the place of a command
//! that is none. The command itself is looked up by execvp(3) alone, see `exec`.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use which::WhichConfig;

use crate::edge::process::exec;
use crate::model::environment::Environment;

/// Where this program is found again, also after an update: the link on PATH that leads to it rather
/// than the place of this version, which package managers change.
pub(crate) fn lasting_path(own: &str, env: &Environment) -> String {
    let found = find("mfaexec", env).ok();
    let same = |path: &PathBuf| path.canonicalize().is_ok_and(|real| real == Path::new(own));
    let found = found.filter(same);
    let found = found.and_then(|path| path.into_os_string().into_string().ok());
    found.unwrap_or_else(|| own.to_owned())
}

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

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum File {
    Directory,
    /// A file that can be executed.
    Program,
    /// A file without the permission for it: whether it is the user's own, and whether it begins as
    /// programs do.
    NotExecutable {
        own: bool,
        looks_like_program: bool,
    },
}

/// What is at that path, if there is something.
pub(crate) fn file(path: &str) -> Option<File> {
    let found = std::fs::metadata(path).ok()?;
    if found.is_dir() {
        return Some(File::Directory);
    }
    if exec::check_command(path.as_ref()).is_ok() {
        return Some(File::Program);
    }
    Some(File::NotExecutable {
        own: found.uid() == geteuid().as_raw(),
        looks_like_program: found.is_file() && looks_like_program(path),
    })
}

/// A script with an interpreter, or a program of Linux.
fn looks_like_program(path: &str) -> bool {
    let mut begin = [0; 4];
    let file = std::fs::File::open(path);
    let read = file.and_then(|mut file| file.read(&mut begin)).unwrap_or(0);
    begin[..read].starts_with(b"#!") || begin[..read] == *b"\x7fELF"
}

/// The program in PATH whose name differs from `name` by one typing mistake.
pub(crate) fn similar_program(name: &str) -> Option<String> {
    let path = std::env::var_os("PATH")?;
    if name.contains('/') || name.len() < 3 {
        return None;
    }
    let directories = std::env::split_paths(&path);
    let files = directories.filter_map(|directory| std::fs::read_dir(directory).ok());
    let names = files
        .flatten()
        .filter_map(|file| file.ok()?.file_name().into_string().ok());
    let near = names.filter(|other| strsim::osa_distance(name, other) == 1);
    let near = near.filter(|other| exec::check_command(other.as_ref()).is_ok());
    let likeness = |other: &String| strsim::jaro_winkler(name, other);
    near.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}
