//! A command that names profiles itself: its config file, in which each profile asks mfaexec for its
//! session, and its environment, in which no key comes first.

use std::path::Path;

use crate::model::child::private_files::use_private_files;
use crate::model::config::Profiles;
use crate::model::environment::Environment;
use crate::model::settings::exports::{EXPORTED, REGION};
use crate::model::source::chain::Chain;
use crate::model::vars::{SESSION, SOURCE_KEY, is_removed};

/// The config file. `process` is what `credential_process` runs, up to the profile's name; `served` is
/// the profile whose session the command gets in another way.
pub(crate) fn config(
    profiles: &Profiles,
    env: &Environment,
    process: &[String],
    served: Option<&str>,
) -> String {
    profiles.private_config(|name| {
        let asks = served != Some(name) && has_credentials(profiles, env, name);
        asks.then(|| line(process, name)).flatten()
    })
}

/// Whether it leads to a session, or is meant to: then mfaexec says what is wrong with it. A profile
/// with a region alone has nothing to ask for.
fn has_credentials(profiles: &Profiles, env: &Environment, name: &str) -> bool {
    let profile = profiles.get(name).ok().flatten();
    let leads = |profile| Chain::follow(profile, profiles, env).is_ok();
    profiles.names_credentials(name) || profile.is_some_and(leads)
}

/// The line: words that Python's shlex and a shell read in the same way.
fn line(process: &[String], name: &str) -> Option<String> {
    let long = format!("--profile={name}");
    let option: &[&str] = match name.starts_with('-') {
        true => &[&long],
        false => &["-p", name],
    };
    let process = process.iter().map(String::as_str);
    shlex::try_join(process.chain(option.iter().copied())).ok()
}

/// The environment: the caller's without any credentials. `default` is the profile of those who
/// name none, `region` what was asked for on the command line.
pub(crate) fn environment(
    caller: &Environment,
    directory: &Path,
    default: Option<&str>,
    region: Option<&str>,
) -> Environment {
    let mut child = caller.clone();
    child.retain(|name| !is_removed(name) && !SESSION.iter().any(|own| own.as_bytes() == name));
    // A run inside belongs to the profile that is its default. None was confirmed.
    for name in ["MFAEXEC_PROFILE", SOURCE_KEY, EXPORTED] {
        child.remove(name);
    }
    if let Some(name) = default {
        child.set("AWS_PROFILE", name);
    }
    for name in REGION {
        if let Some(region) = region {
            child.set(name, region);
        }
    }
    use_private_files(&mut child, directory);
    child
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_one_word_of_the_line() {
        let of = |name| {
            line(
                &["/a b/mfaexec".to_owned(), "credential-process".to_owned()],
                name,
            )
        };
        let expected = "'/a b/mfaexec' credential-process -p ";
        for (name, quoted) in [("x", "x"), ("a b", "'a b'"), ("$(id)", "'$(id)'")] {
            assert_eq!(of(name), Some(format!("{expected}{quoted}")));
        }
        let dash = "'/a b/mfaexec' credential-process '--profile=-x'";
        assert_eq!(of("-x").as_deref(), Some(dash));
    }
}
