//! Programs that give codes and keys: run, listened to, and their words told to the person.

use secrecy::SecretString;

use crate::edge::aws::providers::program_keys::{Given, keys_of_program};
use crate::edge::output::Ui;
use crate::edge::process::helper::{self, News};
use crate::error::{Error, Result};
use crate::model::environment::Environment;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::failure::secrets::Secrets;
use crate::model::origin::Sourced;
use crate::model::session::one_time_code::{find_code, without_codes};
use crate::model::settings::Settings;
use crate::model::source::provider::Provider;
use crate::model::vars::{PROCESS_OF, is_withheld};
use crate::sign_in::signing_in::SigningIn;

/// The secrets that this run knows, beside what it is going to be given.
pub(crate) fn known_secrets(env: &Environment, settings: &Settings) -> Secrets {
    let key = settings.key();
    let key = key.and_then(|key| key.secret_access_key.as_ref());
    Secrets::default()
        .with(&secrets_of_environment(env))
        .with(key)
}

/// The secrets in the variables that are known to hold some.
pub(crate) fn secrets_of_environment(env: &Environment) -> Vec<SecretString> {
    let secrets = env.names().into_iter().filter_map(|name| {
        let secret = is_withheld(name.as_bytes()).then(|| env.text(&name))?;
        secret.map(SecretString::from)
    });
    secrets.collect()
}

/// Tells a person what comes from a program while it is waited for. Its arguments are no one's
/// business: the seed of the codes may be in them.
pub(crate) fn tell(
    ui: Ui,
    line: &str,
    setting: &str,
    shown: &dyn Fn(&str) -> String,
    news: News<'_>,
) {
    match news {
        // One of mfaexec's own says who it is by itself.
        News::Line(said) => ui.say(&shown(said.strip_prefix("mfaexec: ").unwrap_or(said))),
        News::Silent => {
            let program = line.split_whitespace().next().unwrap_or_default();
            let name = program.rsplit('/').next().unwrap_or(program);
            ui.notice(&format!("waiting for {name} ({setting})"));
        }
    }
}

/// What a program of `credential_process` gives, a long-term key or temporary ones.
///
/// # Errors
/// It gives no keys that can be any.
pub(crate) fn ask_program(
    program: &Provider,
    settings: &Settings,
    env: &Environment,
    ui: Ui,
) -> Result<Given> {
    let secrets = known_secrets(env, settings);
    let shown = |text: &str| secrets.shown(text);
    let line = program.command().unwrap_or_default();
    let given = keys_of_program(program, &process_of(env, &program.profile), |news| {
        tell(ui, line, "credential_process", &shown, news);
    });
    given.map_err(|failure| {
        let asked = Asked::by_key(settings, None);
        diagnose(&failure.without(&secrets), &asked)
    })
}

/// The profiles whose `credential_process` runs from here on, this one included.
fn process_of(env: &Environment, profile: &str) -> String {
    match env.text(PROCESS_OF) {
        Some(outer) => format!("{outer}\n{profile}"),
        None => profile.to_owned(),
    }
}

impl SigningIn<'_> {
    /// The code that a program prints.
    pub(crate) fn code_of_program(&self, program: &Sourced<String>) -> Result<SecretString> {
        let secrets = known_secrets(self.env, &self.settings);
        // A program that prints codes may well complain about one.
        let shown = |text: &str| without_codes(&secrets.shown(text));
        let failed = |cause: &str| {
            Error::new(
                format!("no code came from the program of {}", program.origin),
                shown(cause),
                "run it by itself to see what is wrong, or pass a code with --code",
            )
        };
        let printed = helper::run(&program.value, self.env, |news| {
            tell(self.ui, &program.value, "mfa_process", &shown, news);
        });
        let printed = printed.map_err(|cause| failed(&cause))?;
        find_code(&printed).ok_or_else(|| {
            failed("what it printed has no six digits in it, or several numbers of six digits")
        })
    }

    /// The keys that a program gives.
    pub(crate) fn keys_of_program(&self, program: &Provider) -> Result<Given> {
        let given = ask_program(program, &self.settings, self.env, self.ui)?;
        if let Given::Temporary(_) = given {
            self.settings.check_duration_of_program()?;
            self.tell_source(program);
        }
        Ok(given)
    }
}
