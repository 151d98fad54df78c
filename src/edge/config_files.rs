//! Finds and reads the shared config and credentials files, once.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use crate::edge::bounded::read_bounded;
use crate::edge::private_dir::is_absent;
use crate::edge::process::home;
use crate::edge::system::{CACHE_BELOW_HOME, DATA_BELOW_HOME};
use crate::error::{Error, Result};
use crate::model::config::{ConfigFile, FileKind};
use crate::model::environment::Environment;

/// The config file and the credentials file.
const FILES: [(FileKind, &str, &str); 2] = [
    (FileKind::Config, "AWS_CONFIG_FILE", ".aws/config"),
    (
        FileKind::Credentials,
        "AWS_SHARED_CREDENTIALS_FILE",
        ".aws/credentials",
    ),
];

/// Where the config file is, or would be.
///
/// # Errors
/// There is no home directory to look in.
pub(crate) fn config_path(env: &Environment) -> Result<PathBuf> {
    path_of(env, FileKind::Config)
}

/// Where the file of that kind is, or would be.
///
/// # Errors
/// As [`config_path`].
pub(crate) fn path_of(env: &Environment, kind: FileKind) -> Result<PathBuf> {
    let [config, credentials] = FILES;
    let (_, variable, default) = match kind {
        FileKind::Config => config,
        FileKind::Credentials => credentials,
    };
    locate(env, variable, default)
}

/// Reads both files. One that is not there is empty, wherever it was looked for, as in the SDKs.
///
/// # Errors
/// A file that is there but cannot be read; no home directory to look in.
pub(crate) fn read(env: &Environment) -> Result<Vec<ConfigFile>> {
    FILES
        .into_iter()
        .map(|(kind, variable, default)| read_file(kind, &locate(env, variable, default)?))
        .collect()
}

/// One of them, by its path.
///
/// # Errors
/// It is there but cannot be read.
pub(crate) fn read_file(kind: FileKind, path: &Path) -> Result<ConfigFile> {
    let bytes = read_one(path)?;
    log::debug!("{}: {} bytes", path.display(), bytes.len());
    let path = path.to_owned();
    Ok(ConfigFile { kind, path, bytes })
}

/// A file: its kind, where it is, or would be, and the variable that says so, if one does.
pub(crate) type NamedFile = (FileKind, PathBuf, Option<&'static str>);

/// # Errors
/// There is no home directory to look in.
pub(crate) fn named_files(env: &Environment) -> Result<Vec<NamedFile>> {
    let files = FILES.into_iter().map(|(kind, variable, default)| {
        let is_named = env.text(variable).is_some();
        let path = locate(env, variable, default)?;
        Ok((kind, path, is_named.then_some(variable)))
    });
    files.collect()
}

/// The same files for programs that read them later, and elsewhere: with absolute paths.
///
/// # Errors
/// A file that can be read once.
pub(crate) fn lasting(env: &Environment) -> Result<Environment> {
    let mut env = env.clone();
    for (_, variable, _) in FILES {
        let Some(path) = env.get(variable).map(PathBuf::from) else {
            continue;
        };
        if fs::metadata(&path).is_ok_and(|file| file.file_type().is_fifo()) {
            return Err(Error::new(
                format!("{} cannot be read again later", path.display()),
                format!("{variable} names a pipe, and the command needs the file while it runs"),
                "write it to a file",
            ));
        }
        let as_it_is = path.as_os_str().is_empty() || path.starts_with("~");
        if let (false, Ok(path)) = (as_it_is, std::path::absolute(&path)) {
            env.set(variable, path);
        }
    }
    Ok(env)
}

fn locate(env: &Environment, variable: &str, default: &str) -> Result<PathBuf> {
    let Some(path) = env.get(variable).filter(|path| !path.is_empty()) else {
        return in_home(env, default);
    };
    // `~/` expands, `~user/` does not: the SDKs' rule.
    match Path::new(path).strip_prefix("~") {
        Ok(rest) => in_home(env, rest),
        Err(_) => Ok(PathBuf::from(path)),
    }
}

fn in_home(env: &Environment, rest: impl AsRef<OsStr>) -> Result<PathBuf> {
    let path = env.in_home(rest).map(PathBuf::from);
    path.ok_or_else(|| {
        Error::new(
            "cannot find the AWS config files",
            home::missing(),
            "set HOME, or name the files in AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE",
        )
    })
}

fn read_one(path: &Path) -> Result<Vec<u8>> {
    match read_bounded(path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        Err(error) => Err(Error::new(
            format!("cannot read {}", path.display()),
            error.to_string(),
            "check the file and its permissions",
        )),
    }
}

/// Reads a session policy.
///
/// # Errors
/// It cannot be read, or is no JSON.
pub(crate) fn read_policy(path: &Path) -> Result<String> {
    let failed = |cause: String| {
        let what = format!("cannot use the policy {}", path.display());
        Error::new(what, cause, "name a file with a policy in JSON")
    };
    let text = read_bounded(path).map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(text).map_err(|_| failed("it is not UTF-8 text".to_owned()))?;
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(failed(format!("it is not JSON: {error}"))),
    }
}

/// The directory of the sessions: `mfaexec` in the user's cache directory.
///
/// # Errors
/// There is no home directory.
pub(crate) fn cache_directory(env: &Environment) -> Result<PathBuf> {
    own_directory(env, "XDG_CACHE_HOME", CACHE_BELOW_HOME).map_err(|cause| {
        let remedy = "set HOME or XDG_CACHE_HOME, or use --cache none";
        Error::new("there is no place to keep sessions", cause, remedy)
    })
}

/// The directory of what is kept for good: `mfaexec` in the user's data directory.
///
/// # Errors
/// There is no home directory.
pub(crate) fn data_directory(env: &Environment) -> Result<PathBuf> {
    own_directory(env, "XDG_DATA_HOME", DATA_BELOW_HOME).map_err(|cause| {
        let remedy = "set HOME or XDG_DATA_HOME";
        Error::new("there is no place to keep keys", cause, remedy)
    })
}

/// mfaexec's own directory in the user's that `variable` names, else in the home directory. A relative one
/// counts as unset (freedesktop.org's specification of directories).
fn own_directory(
    env: &Environment,
    variable: &str,
    below_home: &str,
) -> std::result::Result<PathBuf, String> {
    let named = env.get(variable).map(PathBuf::from);
    if let Some(path) = named.filter(|path| path.is_absolute()) {
        return Ok(path.join("mfaexec"));
    }
    let path = env.in_home(below_home).map(PathBuf::from);
    let cause = match &path {
        Some(_) => format!("HOME is not an absolute path, and {variable} is not set"),
        None => home::missing(),
    };
    path.filter(|path| path.is_absolute()).ok_or(cause)
}
