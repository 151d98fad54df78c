//! Settings of the chosen profile that have to reach the command through its environment.

use super::environment::Environment;
use super::profile::Profile;

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
#[must_use]
pub fn exports(env: &Environment, profile: &Profile<'_>) -> Vec<(String, String)> {
    let mut exports = Vec::new();
    let mut export = |variable: String, value: &str| {
        if env.text(&variable).is_none() {
            exports.push((variable, value.to_owned()));
        }
    };
    for (variable, key) in INHERITED {
        if let Some(value) = profile.get(key) {
            export(variable.to_owned(), value);
        }
    }
    // The caller's AWS_ENDPOINT_URL goes before every endpoint of a profile; a variable made of
    // the profile's, for one service, would turn that order round.
    if env.text("AWS_ENDPOINT_URL").is_none() {
        if let Some(url) = profile.get("endpoint_url") {
            export("AWS_ENDPOINT_URL".to_owned(), url);
        }
        for (service, url) in profile.service_endpoints() {
            let service = service.to_ascii_uppercase().replace(['-', ' '], "_");
            export(format!("AWS_ENDPOINT_URL_{service}"), url);
        }
    }
    exports
}
