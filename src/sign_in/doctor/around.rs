//! What is around mfaexec on this machine: the program itself, completions, variables, other
//! credentials.

use std::path::Path;

use crate::edge::bounded::read_bounded;
use crate::edge::file_facts::{is_ec2, is_readable};
use crate::edge::process::{exec, lookup};
use crate::model::config::{Profile, Profiles};
use crate::model::doctor::around::{aliases, credentials, variables};
use crate::model::doctor::check::Check;
use crate::model::doctor::installed::{INSTALLED, Installed, InstalledCopy};
use crate::model::environment::Environment;
use crate::model::settings::Settings;

/// Which mfaexec this is, and whether a shell would run the same.
pub(crate) fn program(env: &Environment) -> Vec<Check> {
    const NAME: &str = "program";
    let version = env!("CARGO_PKG_VERSION");
    let shown = exec::own_path();
    let own = Path::new(&shown);
    vec![match lookup::find("mfaexec", env) {
        Ok(found) if found.canonicalize().ok().as_deref() == Some(own) => {
            Check::ok(NAME, format!("mfaexec {version}, {}", found.display()))
        }
        Ok(found) => Check::warning(
            NAME,
            format!("another mfaexec comes first in PATH: {}", found.display()),
            format!("this one is {version}, {shown}"),
            "remove one of the two, or change the order of PATH",
        ),
        Err(cause) => Check::warning(
            NAME,
            format!("mfaexec {version} is not in PATH"),
            cause,
            format!(
                "add its directory to PATH: {}",
                own.parent().unwrap_or(Path::new("/")).display()
            ),
        ),
    }]
}

pub(crate) fn check(
    env: &Environment,
    settings: Option<&Settings>,
    profiles: Option<&Profiles>,
) -> Vec<Check> {
    let mut checks: Vec<Check> = INSTALLED
        .iter()
        .filter_map(|part| installed(*part, env))
        .collect();
    let is_profile = |name: &str| profiles.is_none_or(|profiles| profiles.contains(name));
    checks.extend(variables(env, settings, is_profile, is_readable));
    if let Some(path) = env.in_home(".aws/cli/alias")
        && let Ok(bytes) = read_bounded(Path::new(&path))
    {
        let text = String::from_utf8_lossy(&bytes);
        checks.push(aliases(&text, &Path::new(&path).display().to_string()));
    }
    let default = profiles.and_then(|profiles| profiles.get("default").ok().flatten());
    let has_token = |profile: &Profile<'_>| {
        let names = ["aws_session_token", "aws_security_token"];
        names.iter().any(|name| profile.get(name).is_some())
    };
    let default = default.filter(|default| !has_token(default));
    let place = default.and_then(|default| default.place_of_key());
    checks.extend(credentials(env, settings, place.as_deref(), is_ec2()));
    checks
}

/// Of the first directory that has it. Files that are missing there are no fault: someone has chosen
/// some of the pages.
fn installed(part: Installed, env: &Environment) -> Option<Check> {
    let files = part.files();
    let found = part.directories(env).into_iter().find_map(|directory| {
        let (first, _) = files[0];
        let first = format!("{directory}/{first}");
        let compressed = format!("{first}.gz");
        if !is_readable(&first) {
            return is_readable(&compressed).then_some(InstalledCopy::Unread(compressed));
        }
        let mut paths = files
            .iter()
            .map(|(file, content)| (format!("{directory}/{file}"), content));
        let other = paths.find(|(path, content)| {
            read_bounded(Path::new(path)).is_ok_and(|found| found != content.as_bytes())
        });
        Some(other.map_or(InstalledCopy::Same(first), |(path, _)| {
            InstalledCopy::Other(path)
        }))
    });
    part.judge(&found.unwrap_or(InstalledCopy::Nowhere), env)
}
