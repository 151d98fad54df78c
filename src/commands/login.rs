//! `mfaexec login`: get and keep a session, say until when it lasts.

use super::acquire::{For, acquire, now};
use super::{print, shell_around};
use crate::cli::{CacheMode, SignIn};
use crate::edge::exec;
use crate::edge::ui::Ui;
use crate::error::{Error, Kind, Result};
use crate::model::base::{Base, Provider};
use crate::model::environment::Environment;
use crate::model::session::{Timestamp, in_words};
use crate::model::settings::Settings;
use crate::sanitize::printable;

/// Makes sure that a session is at hand.
pub(super) fn login(env: &Environment, sign_in: &SignIn, ui: Ui) -> Result<()> {
    if sign_in.cache == Some(CacheMode::None) {
        return Err(Error::of(
            Kind::Usage,
            "login with --cache none would be for nothing",
            "the session would be lost as soon as it is there",
            "run the command itself: mfaexec --cache none -- COMMAND",
        ));
    }
    exec::protect_memory();
    let fresh = sign_in.fresh || shell_around::renews(env, sign_in)?;
    let sign_in = SignIn {
        fresh,
        ..sign_in.clone()
    };
    let acquired = acquire(&mut env.clone(), &sign_in, ui, For::Later)?;
    // A session that the next run does not find is no sign-in.
    acquired.kept?;
    if let Base::Provider(provider) = &acquired.settings.base
        && acquired.settings.roles.is_empty()
        && (!provider.kind.is_worth_keeping() || acquired.session.expires_at == Timestamp::NEVER)
    {
        return Err(for_nothing(&acquired.settings, provider));
    }
    let session = &acquired.session;
    print(&format!(
        "{}: signed in until {} ({} left)\n",
        printable(&acquired.settings.profile.value),
        session.expires_at,
        in_words(now().until(session.expires_at)),
    ))
}

/// Refuses a sign-in whose session is not kept, before anybody is asked for anything. A program that
/// gives keys may give a long-term one, to which a device belongs; where none is named, and none was
/// found earlier, its keys are taken for temporary ones.
pub(super) fn check_use(settings: &Settings) -> Result<()> {
    let may_keep = |provider: &Provider| {
        let program = settings.program().is_some();
        let device = settings.known_serial().is_some() || settings.without_mfa;
        provider.kind.is_worth_keeping() || program && device
    };
    match &settings.base {
        Base::Provider(provider) if settings.roles.is_empty() && !may_keep(provider) => {
            Err(for_nothing(settings, provider))
        }
        _ => Ok(()),
    }
}

fn for_nothing(settings: &Settings, provider: &Provider) -> Error {
    let run = "run the command itself: mfaexec -- COMMAND";
    let remedy = match (settings.program(), settings.known_serial()) {
        (Some(_), None) => format!(
            "{run}; if the program gives a long-term key, name its MFA device: mfa_serial in the \
             profile, or --mfa-serial"
        ),
        _ => run.to_owned(),
    };
    Error::new(
        format!("there is nothing to keep for {}", settings.profile.value),
        format!(
            "its keys come anew from {} in every run",
            provider.kind.name()
        ),
        remedy,
    )
}
