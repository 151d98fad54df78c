//! Settings of the selected profile that have to reach the command through its environment, and back
//! out of it where a run is inside another.

use crate::error::Result;
use crate::model::config::Profile;
use crate::model::environment::Environment;
use crate::model::origin::{Origin, Sourced};
use crate::model::settings::passed::{GROUPS, PASSED, WITHOUT_VARIABLE};

/// What the command takes over from the profile, as its environment does not say otherwise: name
/// and value.
///
/// # Errors
/// The profile's `[services]` section cannot be parsed.
pub(crate) fn exports(env: &Environment, profile: &Profile<'_>) -> Result<Vec<(String, String)>> {
    let mut exports = Vec::new();
    let mut export = |variable: String, value: &str| {
        // No such setting has several lines, and the list for runs inside has a line for each.
        if !value.contains('\n') {
            exports.push((variable, value.to_owned()));
        }
    };
    for passed in PASSED {
        match passed.value(profile).filter(|_| !passed.is_callers(env)) {
            // Not every SDK expands `~/`.
            Some(path) if passed.variable == "AWS_CA_BUNDLE" => {
                export(passed.variable.to_owned(), &env.at_home(path));
            }
            Some(value) => export(passed.variable.to_owned(), value),
            None => {}
        }
    }
    // The caller's AWS_ENDPOINT_URL overrides every endpoint of a profile; a variable made of
    // the profile's, for one service, would turn that order round.
    if env.text("AWS_ENDPOINT_URL").is_none() {
        if let Some(url) = profile.get("endpoint_url") {
            export("AWS_ENDPOINT_URL".to_owned(), url);
        }
        for (service, url) in profile.service_endpoints()? {
            let service = service.to_ascii_uppercase().replace(['-', ' '], "_");
            let variable = format!("AWS_ENDPOINT_URL_{service}");
            if env.text(&variable).is_none() {
                export(variable, &url);
            }
        }
    }
    Ok(exports)
}

/// What the profile says and the command does not get, as there is no variable for it. From
/// `[default]`, the command reads it itself.
pub(crate) fn not_passed(profile: &Profile<'_>) -> Vec<Sourced<String>> {
    if profile.name() == "default" {
        return Vec::new();
    }
    let single = WITHOUT_VARIABLE.iter();
    let single = single.filter(|name| profile.get(name).is_some());
    let single = single.map(|name| (*name, (*name).to_owned()));
    let has_variable = |name: &str| PASSED.iter().any(|passed| passed.settings.contains(&name));
    let grouped = GROUPS.iter().flat_map(|group| {
        let names = profile.nested_names(group);
        let names = names.map(move |name| (*group, format!("{group}.{name}")));
        names.filter(|(_, name)| !has_variable(name))
    });
    let all = single.chain(grouped).map(|(setting, shown)| {
        let place = profile.place(setting).unwrap_or_default();
        Sourced::new(shown, Origin::Profile(place))
    });
    all.collect()
}

/// Where the exports of a run are written down for the runs below it, a `NAME=value` on each line.
pub(crate) const EXPORTED: &str = "MFAEXEC_EXPORTED";

/// The caller's environment without what an mfaexec around this one has taken over from a profile:
/// to this run it would look like a setting of the caller. If it is the same profile, it says the same
/// again. What was changed since stays.
pub fn without_exports(caller: &Environment) -> Environment {
    let mut env = caller.clone();
    let exported = caller.text(EXPORTED).unwrap_or_default();
    for (name, value) in exported.lines().filter_map(|line| line.split_once('=')) {
        let is_unchanged = env.get(name).is_some_and(|current| current == value);
        if can_be_export(name) && is_unchanged {
            env.remove(name);
        }
    }
    env
}

/// Nothing else is ever taken out, whatever the variable says.
fn can_be_export(name: &str) -> bool {
    let passed = PASSED.iter().any(|passed| passed.variable == name);
    passed || name.starts_with("AWS_ENDPOINT_URL") || REGION.contains(&name)
}

/// botocore reads only the second, the JavaScript SDK only the first.
pub(crate) const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
