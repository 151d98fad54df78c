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
    let found = on_path(own, env);
    let found = found.and_then(|path| path.into_os_string().into_string().ok());
    found.unwrap_or_else(|| own.to_owned())
}

/// The `mfaexec` of PATH, if that is the program at `own`. Either may be a link.
pub(crate) fn on_path(own: &str, env: &Environment) -> Option<PathBuf> {
    let own = Path::new(own).canonicalize().ok()?;
    let found = find("mfaexec", env).ok()?;
    (found.canonicalize().ok()? == own).then_some(found)
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

/// A script with an interpreter, or a program of Linux or macOS (its architecture's, or one for
/// several).
fn looks_like_program(path: &str) -> bool {
    const MAGICS: [&[u8]; 4] = [b"#!", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"];
    let mut begin = [0; 4];
    let file = std::fs::File::open(path);
    let read = file.and_then(|mut file| file.read(&mut begin)).unwrap_or(0);
    MAGICS.iter().any(|magic| begin[..read].starts_with(magic))
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// On macOS, a program knows the path that it was started with: Homebrew's link.
    #[test]
    fn the_program_of_path_is_this_one_by_whichever_path_it_was_started() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        for version in ["1", "2"] {
            fs::create_dir(at(version)).unwrap();
            let program = at(version).join("mfaexec");
            fs::write(&program, "").unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs::create_dir(at("bin")).unwrap();
        symlink(at("1/mfaexec"), at("bin/mfaexec")).unwrap();
        let env = Environment::new(vec![format!("PATH={}", at("bin").display()).into()]);
        let link = at("bin/mfaexec");
        for own in ["bin/mfaexec", "1/mfaexec"] {
            let own = at(own).display().to_string();
            assert_eq!(on_path(&own, &env).as_ref(), Some(&link), "{own}");
            assert_eq!(lasting_path(&own, &env), link.display().to_string());
        }
        let other = at("2/mfaexec").display().to_string();
        assert_eq!(on_path(&other, &env), None);
        assert_eq!(lasting_path(&other, &env), other);
    }
}
