//! Looks at everything that a sign-in with a profile depends on. Nothing is changed, no code is asked
//! for or spent, and what cannot be looked at is a check of its own, never an end.

mod account;
mod answers;
mod around;
mod cache;
mod failed;
mod files;
mod policy;
mod sessions;
mod source;
mod stored;

use secrecy::SecretString;

use crate::edge::output::Ui;
use crate::error::Result;
use crate::model::config::Profiles;
use crate::model::doctor::check::Check;
use crate::model::doctor::report::Report;
use crate::model::environment::Environment;
use crate::model::failure::secrets::Secrets;
use crate::model::settings::Settings;
use crate::model::settings::exports::without_exports;
use crate::model::settings::url::password_of;
use crate::model::source::Source;
use crate::options::SignIn;
use crate::sign_in::cached::{find_known_device, open_cache};
use crate::sign_in::doctor::account::AccountChecks;
use crate::sign_in::doctor::files::CheckedFiles;
use crate::sign_in::request::settings_from;
use crate::sign_in::signing_in::programs::{known_secrets, secrets_of_environment};

pub(crate) fn examine(env: &Environment, profile: Option<&str>, ui: Ui) -> Report {
    // Inside an mfaexec shell, the session of that shell is no obstacle.
    let env = without_exports(env);
    let sign_in = SignIn {
        profile: profile.map(str::to_owned),
        ..SignIn::default()
    };
    let cache = open_cache(&env, None);
    let files = CheckedFiles::read(&env);
    let profiles = files.profiles();
    let settings = profiles.as_ref().map_err(Clone::clone);
    let mut settings = settings.and_then(|profiles| settings_from(profiles, &env, &sign_in));
    let mut unread = None;
    if let (Ok(settings), Ok(cache)) = (&mut settings, &cache) {
        // What is wrong with the cache has a check of its own.
        find_known_device(settings, cache).ok();
        unread = stored::read(settings, &env, cache, ui);
    }
    let profiles = profiles.as_ref().ok();
    let known = settings.as_ref().ok();
    // AWS is asked first, and answers while the rest is looked at.
    let asked = known.zip(profiles).map(|(settings, profiles)| {
        AccountChecks::ask(settings, profiles, &env, cache.as_ref().ok())
    });
    let mut checks = around::program(&env);
    checks.extend(files.check());
    checks.push(chain(&settings, profiles));
    checks.extend(notices(&settings));
    checks.extend(
        known
            .into_iter()
            .flat_map(|settings| source::check(settings, &env)),
    );
    let mut later = cache::check(&cache);
    later.extend(around::check(&env, known, profiles));
    checks.extend(match asked {
        Some(asked) => asked.wait(unread, ui),
        None => vec![nothing_to_ask()],
    });
    checks.extend(later);
    let secrets = match known {
        Some(settings) => known_secrets(&env, settings),
        None => Secrets::default().with(&secrets_of_environment(&env)),
    };
    let secrets = secrets.with(&passwords(&env, known));
    Report::new(checks, &secrets)
}

/// Those in the URLs of endpoints and proxies.
fn passwords(env: &Environment, settings: Option<&Settings>) -> Vec<SecretString> {
    let names = env.names().into_iter();
    let is_url = |name: &String| {
        name.starts_with("AWS_ENDPOINT_URL") || name.to_ascii_uppercase().ends_with("_PROXY")
    };
    let of_environment = names.filter(is_url).filter_map(|name| env.text(&name));
    let endpoints = settings.map(|settings| &settings.endpoints);
    let endpoints = endpoints.map(|endpoints| [&endpoints.sts, &endpoints.iam]);
    let of_profile = endpoints.into_iter().flatten().flatten();
    let urls = of_environment.chain(of_profile.map(|endpoint| endpoint.value.clone()));
    urls.filter_map(|url| password_of(&url).map(SecretString::from))
        .collect()
}

fn chain(settings: &Result<Settings>, profiles: Option<&Profiles>) -> Check {
    const NAME: &str = "profile";
    match settings {
        Ok(settings) => {
            let place = match &settings.source {
                Source::Key(key) => &key.place,
                Source::Provider(provider)
                | Source::KeyOfProgram {
                    program: provider, ..
                } => &provider.place,
            };
            let roles = settings.roles.iter();
            let roles =
                roles.map(|role| format!("; role {} ({})", role.arn.value, role.arn.origin));
            let roles: String = roles.collect();
            Check::ok(
                NAME,
                format!("{} ({place}){roles}", settings.chain_in_words()),
            )
        }
        Err(error) => {
            let is_first = profiles.is_some_and(|profiles| profiles.names().is_empty());
            let check = match is_first {
                true => error.clone().with_remedy(
                    "begin with a key of your IAM user: aws configure --profile NAME, then: mfaexec \
                     doctor -p NAME",
                ),
                false => error.clone(),
            };
            Check::of_failure(NAME, &check)
        }
    }
}

/// What is written in the profile and does not count.
fn notices(settings: &Result<Settings>) -> Vec<Check> {
    let notices = settings.iter().flat_map(|settings| &settings.notices);
    let checks = notices.map(|notice| {
        Check::warning(
            "profile_notice",
            notice,
            "a run says the same, and goes on",
            "correct the line that it names",
        )
    });
    checks.collect()
}

fn nothing_to_ask() -> Check {
    Check::not_checked(
        "account",
        "key, device, region and policy",
        "no profile says which key to ask AWS with",
        "mend what has failed above, then run doctor again",
    )
}
