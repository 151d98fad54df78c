//! Where codes come from: what was given, or a person at the terminal.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::cli::SignIn;
use crate::edge::prompt::{Terminal, line_from_stdin};
use crate::edge::signals::Wake;
use crate::error::{Error, Result};
use crate::model::environment::Environment;
use crate::model::settings::Settings;

/// Where codes come from in this run.
pub(super) enum Codes {
    /// One was given; there is no other.
    Given(SecretString),
    /// A person types them.
    Typed(Terminal, Wake),
}

impl Codes {
    /// The person who could answer another question, if there is one.
    pub(super) fn person(&mut self) -> Option<(&Terminal, &mut Wake)> {
        match self {
            Self::Typed(terminal, wake) => Some((&*terminal, wake)),
            Self::Given(_) => None,
        }
    }
}

/// In this order: an option, the environment, the terminal.
pub(super) fn find_codes(
    env: &Environment,
    sign_in: &SignIn,
    settings: &Settings,
) -> Result<Codes> {
    match &sign_in.code {
        Some(code) if code.expose_secret() == "-" => {
            return line_from_stdin().map(Codes::Given).map_err(|error| {
                Error::new(
                    "cannot read a code from stdin",
                    error.to_string(),
                    "write one line to it",
                )
            });
        }
        Some(code) => return Ok(Codes::Given(code.clone())),
        None => {}
    }
    if let Some(code) = env.text("MFAEXEC_CODE") {
        return Ok(Codes::Given(code.into()));
    }
    if sign_in.no_input {
        return Err(cannot_ask("--no-input was given", sign_in, settings));
    }
    let terminal = Terminal::open()
        .map_err(|error| cannot_ask(&format!("no terminal: {error}"), sign_in, settings))?;
    Ok(Codes::Typed(
        terminal,
        Wake::new().map_err(|error| {
            Error::new(
                "cannot ask for the code",
                error.to_string(),
                "pass it with --code",
            )
        })?,
    ))
}

fn cannot_ask(cause: &str, sign_in: &SignIn, settings: &Settings) -> Error {
    let mut login = format!("mfaexec login -p {}", settings.profile.value);
    if let Some(duration) = sign_in.duration {
        let duration = humantime::format_duration(Duration::from_secs(duration)).to_string();
        login.push_str(&format!(" -d {}", duration.replace(' ', "")));
    }
    if let Some(serial) = &sign_in.mfa_serial {
        login.push_str(&format!(" --mfa-serial {serial}"));
    }
    if let Some(region) = &sign_in.region {
        login.push_str(&format!(" --region {region}"));
    }
    Error::new(
        "a code is needed, and there is no way to ask for it",
        cause,
        format!("sign in on a terminal first: {login}"),
    )
}
