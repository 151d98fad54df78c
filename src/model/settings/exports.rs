//! Settings of the chosen profile that have to reach the command through its environment, and back
//! out of it where a run is inside another.

use crate::error::Result;
use crate::model::config::Profile;
use crate::model::environment::Environment;

/// Settings of the chosen profile that the command would otherwise read from `[default]`, because
/// it is told no profile: variable and key.
const INHERITED: [(&str, &str); 8] = [
    (
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "ignore_configured_endpoint_urls",
    ),
    ("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
    ("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
    ("AWS_CA_BUNDLE", "ca_bundle"),
    ("AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints"),
    ("AWS_RETRY_MODE", "retry_mode"),
    ("AWS_MAX_ATTEMPTS", "max_attempts"),
    ("AWS_DEFAULTS_MODE", "defaults_mode"),
];

/// What the command takes over from the profile, as its environment does not say otherwise: name
/// and value.
///
/// # Errors
/// The profile's `[services]` section cannot be parsed.
pub(crate) fn exports(env: &Environment, profile: &Profile<'_>) -> Result<Vec<(String, String)>> {
    let mut exports = Vec::new();
    let mut export = |variable: String, value: &str| {
        // No such setting has several lines, and the list for runs inside has a line for each.
        if env.text(&variable).is_none() && !value.contains('\n') {
            exports.push((variable, value.to_owned()));
        }
    };
    for (variable, key) in INHERITED {
        match profile.get(key) {
            // Not every SDK expands `~/`.
            Some(path) if key == "ca_bundle" => export(variable.to_owned(), &env.at_home(path)),
            Some(value) => export(variable.to_owned(), value),
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
            export(format!("AWS_ENDPOINT_URL_{service}"), &url);
        }
    }
    Ok(exports)
}

/// Where the exports of a run are written down for the runs below it, a `NAME=value` on each line.
pub(crate) const EXPORTED: &str = "MFAEXEC_EXPORTED";

/// The caller's environment without what an mfaexec around this one has taken over from a profile:
/// to this run it would look like the caller's own wish. If it is the same profile, it says the same
/// again. What was changed since stays.
pub fn without_exports(caller: &Environment) -> Environment {
    let mut env = caller.clone();
    let exported = caller.text(EXPORTED).unwrap_or_default();
    for (name, value) in exported.lines().filter_map(|line| line.split_once('=')) {
        if can_be_export(name) && env.text(name).as_deref() == Some(value) {
            env.remove(name);
        }
    }
    env
}

/// Nothing else is ever taken out, whatever the variable says.
fn can_be_export(name: &str) -> bool {
    let inherited = INHERITED.iter().any(|(variable, _)| *variable == name);
    inherited || name.starts_with("AWS_ENDPOINT_URL") || REGION.contains(&name)
}

/// botocore reads only the second, the JavaScript SDK only the first.
pub(crate) const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
