//! What around mfaexec would get in the way: variables, aliases of the AWS CLI, and other credentials
//! that programs outside a run would use.

use crate::model::doctor::check::Check;
use crate::model::environment::Environment;
use crate::model::settings::Settings;
use crate::model::source::Source;
use crate::model::vars::{CODE, SOURCE_KEY, is_rival};

const VARIABLES: &str = "variables";
const CREDENTIALS: &str = "other_credentials";

/// Variables that name a file which has to be there.
const NAME_FILES: [&str; 5] = [
    "AWS_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

/// Variables that name a profile for programs outside a run.
const NAME_PROFILES: [&str; 3] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_EB_PROFILE"];

/// What a run with --refresh sets for its command.
const OF_ENDPOINT: [&str; 2] = [
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
];

/// Variables that change where requests go, which is good to know and may be intended.
const CHANGE_WAY: [&str; 8] = [
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_IAM",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "AWS_USE_FIPS_ENDPOINT",
];

/// Each variable that gets in the way, or one check that says that none does. `is_profile` and
/// `is_file` say what a variable may name.
pub(crate) fn variables(
    env: &Environment,
    settings: Option<&Settings>,
    is_profile: impl Fn(&str) -> bool,
    is_file: impl Fn(&str) -> bool,
) -> Vec<Check> {
    let mut checks = Vec::new();
    for name in NAME_FILES {
        if let Some(path) = env.text(name)
            && !is_file(&env.at_home(&path))
        {
            checks.push(Check::failed(
                VARIABLES,
                format!("{name} names a file that cannot be read"),
                format!("{path} is no readable file"),
                format!("unset {name}, or name a file that is there"),
            ));
        }
    }
    let selected = settings.map(|settings| settings.profile.value.as_str());
    for name in NAME_PROFILES {
        let Some(profile) = env.text(name) else {
            continue;
        };
        if !is_profile(&profile) {
            checks.push(Check::warning(
                VARIABLES,
                format!("{name} names a profile that is not there"),
                format!("there is no profile {profile}, so programs outside a run fail"),
                format!("unset {name}"),
            ));
        } else if selected.is_some_and(|selected| selected != profile) {
            checks.push(Check::warning(
                VARIABLES,
                format!("{name} names another profile, {profile}"),
                "programs outside a run use that one; a run with -p does not see the variable",
                format!("unset {name}"),
            ));
        }
    }
    checks.extend(overrides(env, settings));
    if env.text(CODE).is_some() {
        checks.push(Check::warning(
            VARIABLES,
            format!("{CODE} is set"),
            "a code works once, so each sign-in after the first one fails",
            format!("unset {CODE}"),
        ));
    }
    for name in ["aws", "mfaexec"] {
        // How bash hands functions on to the programs that it starts.
        if env.get(&format!("BASH_FUNC_{name}%%")).is_some() {
            checks.push(Check::warning(
                VARIABLES,
                format!("bash has a function {name}"),
                format!("in bash it runs instead of the program {name}"),
                format!("unset -f {name}"),
            ));
        }
    }
    if checks.is_empty() {
        let present = CHANGE_WAY
            .into_iter()
            .filter(|name| env.text(name).is_some());
        let present: Vec<&str> = present.collect();
        let way = match present.is_empty() {
            true => String::new(),
            false => format!("; requests follow {}", present.join(", ")),
        };
        checks.push(Check::ok(VARIABLES, format!("none is in the way{way}")));
    }
    checks
}

/// Variables that say something else than the profile.
fn overrides(env: &Environment, settings: Option<&Settings>) -> Option<Check> {
    let serial = env.text("AWS_MFA_SERIAL")?;
    // For a key of the environment there is no other place.
    let of_profile =
        settings.is_some_and(|settings| settings.begins_with_key() && !settings.chain.is_empty());
    of_profile.then(|| {
        Check::warning(
            VARIABLES,
            "AWS_MFA_SERIAL comes before mfa_serial of every profile",
            format!("it is {serial}, also for profiles of other users"),
            "unset AWS_MFA_SERIAL, and write mfa_serial into the profiles",
        )
    })
}

/// What programs outside a run would use instead of the session. `default_key` is the place of the
/// long-term key of `[default]`; `on_instance` says whether this is a machine of EC2.
pub(crate) fn credentials(
    env: &Environment,
    settings: Option<&Settings>,
    default_key: Option<&str>,
    on_instance: bool,
) -> Vec<Check> {
    let mut checks = Vec::new();
    let source_place = settings
        .and_then(Settings::key)
        .map(|key| key.place.as_str());
    let is_source = source_place == Some("AWS_ACCESS_KEY_ID")
        || settings.is_some_and(|settings| is_environment(&settings.source));
    // Inside a run of mfaexec, the session or the endpoint is its own.
    let is_inside = env.text("MFAEXEC_PROFILE").is_some() || env.text(SOURCE_KEY).is_some();
    let is_known = is_source || is_inside && env.text("AWS_SESSION_TOKEN").is_some();
    if let (Some(id), false) = (env.text("AWS_ACCESS_KEY_ID"), is_known) {
        checks.push(Check::warning(
            CREDENTIALS,
            format!("the key {id} is in the environment"),
            "programs outside a run use it before any profile",
            "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
        ));
    }
    let mut names = env.names();
    names.retain(|name| is_rival(name.as_bytes()) && !NAME_PROFILES.contains(&name.as_str()));
    names.retain(|name| !is_inside || !OF_ENDPOINT.contains(&name.as_str()));
    // It names a session, and leads to no other keys by itself.
    names.retain(|name| name != "AWS_ROLE_SESSION_NAME");
    if !names.is_empty() {
        checks.push(Check::warning(
            CREDENTIALS,
            format!("variables lead to other credentials: {}", names.join(", ")),
            "some SDKs ask there first; a run removes them, other programs see them",
            format!("unset {}", names.join(" ")),
        ));
    }
    if let Some(place) = default_key.filter(|place| source_place != Some(place)) {
        checks.push(Check::warning(
            CREDENTIALS,
            "[default] has a long-term key",
            format!("programs that are told no profile use it without a code ({place})"),
            "give the profile another name, so that it is chosen on purpose",
        ));
    }
    if on_instance && env.text("AWS_EC2_METADATA_DISABLED").as_deref() != Some("true") {
        checks.push(Check::warning(
            CREDENTIALS,
            "this is a machine of EC2, which may have a role",
            "programs that find no other keys use the role of the machine",
            "export AWS_EC2_METADATA_DISABLED=true, if they must not",
        ));
    }
    if checks.is_empty() {
        checks.push(Check::ok(
            CREDENTIALS,
            "programs outside a run find none by themselves",
        ));
    }
    checks
}

fn is_environment(source: &Source) -> bool {
    use crate::model::source::provider::ProviderKind;
    matches!(source, Source::Provider(provider)
        if matches!(provider.kind, ProviderKind::Environment { .. }))
}

/// Aliases of the AWS CLI that choose a profile by themselves: the CLI then takes its keys and not
/// the session, as `--profile` comes before variables.
pub(crate) fn aliases(text: &str, path: &str) -> Check {
    const NAME: &str = "aws_cli_aliases";
    let lines = (1..).zip(text.lines()).filter(|(_, line)| {
        let line = line.trim_start();
        !line.starts_with(['#', ';', '['])
    });
    let mut count = 0;
    let mut name = "";
    let mut chooses = None;
    for (number, line) in lines {
        if let Some((key, _)) = line.split_once('=')
            && !line.starts_with([' ', '\t'])
        {
            count += 1;
            name = key.trim();
        }
        if chooses.is_none() && (line.contains("--profile") || line.contains("AWS_PROFILE=")) {
            chooses = Some((name, number));
        }
    }
    match chooses {
        None => Check::ok(NAME, format!("{count} in {path}, none chooses a profile")),
        Some((name, number)) => Check::warning(
            NAME,
            format!("the alias {name} of the AWS CLI chooses a profile"),
            format!("with --profile, the AWS CLI does not use the session ({path}, line {number})"),
            format!("take the profile out of line {number} of {path}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::doctor::check::Outcome;
    use std::ffi::OsString;

    fn outcomes(entries: &[&str]) -> Vec<Outcome> {
        let env = Environment::new(entries.iter().map(OsString::from).collect());
        let checks = variables(&env, None, |name| name == "known", |path| path == "/there");
        checks.iter().map(|check| check.outcome).collect()
    }

    #[test]
    fn a_variable_is_in_the_way_if_it_names_what_is_not_there() {
        use Outcome::{Failed, Ok, Warning};
        for (entry, expected) in [
            ("AWS_CA_BUNDLE=/there", Ok),
            ("AWS_CA_BUNDLE=/missing", Failed),
            ("AWS_PROFILE=known", Ok),
            ("AWS_PROFILE=unknown", Warning),
            ("MFAEXEC_CODE=123456", Warning),
            ("BASH_FUNC_aws%%=() { :; }", Warning),
            ("HTTPS_PROXY=http://me:secret@proxy", Ok),
        ] {
            assert_eq!(outcomes(&[entry]), [expected], "{entry}");
        }
    }

    #[test]
    fn an_alias_that_names_a_profile_is_told() {
        let text = "[toplevel]\nwhoami = sts get-caller-identity\n\
                    prod = !f() {\n  aws --profile prod \"$@\"\n }; f\n";
        let check = aliases(text, "alias");
        assert_eq!(check.outcome, Outcome::Warning);
        assert!(check.what.contains("prod"), "{check:?}");
        let check = aliases("[toplevel]\n# a = --profile x\nw = sts get\n", "alias");
        assert_eq!(check.outcome, Outcome::Ok);
    }
}
