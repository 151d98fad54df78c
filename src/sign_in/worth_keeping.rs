//! Refuses a `login` whose session could not be kept.

use crate::error::{Error, Result};
use crate::escape::shell_word;
use crate::model::settings::Settings;
use crate::model::settings::mfa::Mfa;
use crate::model::source::Source;
use crate::model::source::provider::Provider;

/// Refuses a sign-in whose session is not kept, before anyone is asked for anything. A program that
/// gives keys may give a long-term one, to which a device belongs; where none is named, and none was
/// found earlier, its keys are taken for temporary ones.
pub(crate) fn check_use(settings: &Settings) -> Result<()> {
    let may_keep = |provider: &Provider| {
        let program = settings.program().is_some();
        provider.is_worth_keeping() || program && *settings.mfa_of_key() != Mfa::Unknown
    };
    match &settings.source {
        Source::Provider(provider) if settings.roles.is_empty() && !may_keep(provider) => {
            Err(for_nothing(settings, provider))
        }
        _ => Ok(()),
    }
}

pub(crate) fn for_nothing(settings: &Settings, provider: &Provider) -> Error {
    // The caller's environment names the profile where the chain is that of `default`.
    let name = shell_word(&settings.profile.value);
    let run = &format!("run the command itself: mfaexec -p {name} -- COMMAND");
    let remedy = match (settings.program(), settings.mfa_of_key().serial()) {
        (Some(_), None) => format!(
            "{run}; if the program gives a long-term key, name its MFA device: mfa_serial in the \
             profile, or --mfa-serial"
        ),
        _ => run.clone(),
    };
    Error::new(
        format!("there is nothing to keep for {}", settings.profile.value),
        format!("its keys come anew from {} in every run", provider.name()),
        remedy,
    )
}
