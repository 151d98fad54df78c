//! `mfaexec credential-process`: get a session, print it as SDKs want it from a `credential_process`.

use secrecy::ExposeSecret;

use crate::edge::clock::now;
use crate::edge::output::{Ui, print, stdout_is_seen};
use crate::edge::process::inherited::stdout_was_closed;
use crate::error::{Error, Kind, Result};
use crate::model::environment::Environment;
use crate::model::settings::exports::without_exports;
use crate::model::source::program_output;
use crate::options::SignIn;
use crate::sign_in::obtain;
use crate::sign_in::request::For;

pub(crate) fn credential_process(env: &Environment, sign_in: &SignIn, ui: Ui) -> Result<()> {
    hand_out(env, sign_in, ui.for_program()).map_err(Error::on_one_line)
}

fn hand_out(env: &Environment, sign_in: &SignIn, ui: Ui) -> Result<()> {
    refuse_stdin(sign_in)?;
    if stdout_was_closed() {
        return Err(Error::new(
            "there is no place for the session",
            "stdout is closed",
            "open it",
        ));
    }
    let obtained = obtain(&without_exports(env), sign_in, ui, For::Program)?;
    let (session, settings) = (&obtained.session, &obtained.settings);
    let profile = &settings.profile.value;
    settings
        .guards
        .check_account(profile, session.account.as_deref())?;
    // botocore and the JavaScript SDK fail with a session that has ended, the Rust SDK uses it.
    if session.left(now()) == 0 {
        return Err(Error::new(
            format!("the new session of {profile} has ended already"),
            format!("it ended at {}", session.expires_at),
            "check the clock of this machine",
        ));
    }
    if stdout_is_seen() {
        ui.say("this is for programs: on a terminal the secrets are left out");
    }
    print(&program_output::print(session, stdout_is_seen(), now()))
}

/// Some SDKs give such a program a stdin that never ends (the JavaScript SDK), others their own.
fn refuse_stdin(sign_in: &SignIn) -> Result<()> {
    match &sign_in.code {
        Some(code) if code.expose_secret() == "-" => Err(Error::of(
            Kind::Usage,
            "credential-process does not take --code -",
            "stdin belongs to the program that runs it",
            "sign in first: mfaexec login --code -",
        )),
        _ => Ok(()),
    }
}
