//! Where codes come from: what was given, a program, or a person at a terminal or in a window.

use std::io;

use secrecy::{ExposeSecret, SecretString};

use crate::edge::own_defaults::own_defaults;
use crate::edge::prompt::stdin::line_from_stdin;
use crate::edge::prompt::terminal::Terminal;
use crate::edge::signals::Wake;
use crate::error::{Error, Result};
use crate::escape::shell_word;
use crate::model::environment::Environment;
use crate::model::origin::Sourced;
use crate::model::plan::code_source::CodeSource;
use crate::model::prompt::method::PromptMethod;
use crate::model::prompt::question::Purpose;
use crate::model::settings::Settings;
use crate::model::vars::CODE;
use crate::options::{CacheMode, SignIn};
use crate::sign_in::ask::dialogs::{Dialogs, unknown_method};

/// Where codes come from in this run.
pub(crate) enum Codes {
    /// One was given; there is no other.
    Given(SecretString),
    /// A program prints them.
    Printed(Sourced<String>),
    /// A person types them on the terminal.
    Typed(Terminal, Wake),
    /// A person types them into another program.
    Asked(Dialogs, Wake),
}

impl Codes {
    /// The same, as the plan knows it.
    pub(crate) fn source(&self) -> CodeSource {
        match self {
            Self::Given(_) => CodeSource::Given,
            Self::Printed(_) => CodeSource::Program,
            Self::Typed(..) => CodeSource::Terminal,
            Self::Asked(..) => CodeSource::Dialog,
        }
    }

    /// The person who could answer another question, if there is one. That takes a terminal.
    pub(crate) fn person(&mut self) -> Option<(&mut Terminal, &mut Wake)> {
        match self {
            Self::Typed(terminal, wake) => Some((terminal, wake)),
            Self::Asked(dialogs, wake) => Some((dialogs.terminal.as_mut()?, wake)),
            Self::Given(_) | Self::Printed(_) => None,
        }
    }

    /// Lets no one else ask on the terminal until this process ends.
    pub(crate) fn keep_turn_to_the_end(self) {
        match self {
            Self::Typed(terminal, _) => terminal.keep_turn_to_the_end(),
            Self::Asked(dialogs, _) => {
                if let Some(terminal) = dialogs.terminal {
                    terminal.keep_turn_to_the_end();
                }
            }
            Self::Given(_) | Self::Printed(_) => {}
        }
    }
}

/// The code that came with the invocation, or why the line that should hold it cannot be read.
pub(crate) type GivenCode = Option<io::Result<SecretString>>;

/// What is known of codes before it is known whether one is needed.
pub(crate) struct Asking {
    pub(crate) given: GivenCode,
    /// What a person is told that the code is for.
    pub(crate) purpose: Purpose,
}

/// Takes the code that was given: an option, a line of stdin, the environment. The line is read
/// whether a code will be needed or not: what is behind it is the command's, in every run.
pub(crate) fn given(env: &Environment, sign_in: &SignIn) -> GivenCode {
    match &sign_in.code {
        Some(code) if code.expose_secret() == "-" => Some(line_from_stdin()),
        Some(code) => Some(Ok(code.clone())),
        None => env.text(CODE).map(|code| Ok(code.into())),
    }
}

/// In this order: what was given, the program of `mfa_process`, the terminal, a window. What
/// `--prompt` names overrides the program, as it is nearer to this run.
pub(crate) fn find_codes(
    given: GivenCode,
    env: &Environment,
    sign_in: &SignIn,
    settings: &Settings,
) -> Result<Codes> {
    if let Some(code) = given {
        return code.map(Codes::Given).map_err(|error| {
            Error::new(
                "cannot read a code from stdin",
                error.to_string(),
                "write one line to it",
            )
        });
    }
    if let (Some(program), None) = (&settings.mfa_process, &sign_in.prompt) {
        return Ok(Codes::Printed(program.clone()));
    }
    find_person(env, sign_in, |cause| cannot_ask(cause, sign_in, settings))
}

/// A person who can be asked: [`Codes::Typed`] or [`Codes::Asked`].
///
/// # Errors
/// There is none; what `fail` makes of the cause.
pub(crate) fn find_person(
    env: &Environment,
    sign_in: &SignIn,
    fail: impl Fn(&str) -> Error,
) -> Result<Codes> {
    if sign_in.no_input {
        return Err(fail("--no-input was given"));
    }
    let fail = |cause: String| fail(&cause);
    let wake = Wake::new().map_err(|error| fail(error.to_string()))?;
    let terminal = Terminal::open();
    match (prompt_method(env, sign_in)?, terminal) {
        (Some(PromptMethod::Dialog(dialog)), _) => {
            let dialogs = Dialogs::chosen(dialog, env).map_err(fail)?;
            Ok(Codes::Asked(dialogs, wake))
        }
        (_, Ok(terminal)) => Ok(Codes::Typed(terminal, wake)),
        (Some(PromptMethod::Terminal), Err(cause)) => Err(fail(cause)),
        (None, Err(cause)) => {
            let usual = Dialogs::usual(env).map_err(|more| fail(format!("{cause}; {more}")))?;
            log::info!("{cause}");
            Ok(Codes::Asked(usual, wake))
        }
    }
}

/// The prompt method that an option or a variable names.
pub(crate) fn prompt_method(env: &Environment, sign_in: &SignIn) -> Result<Option<PromptMethod>> {
    let of_variable = |name: String| PromptMethod::parse(&name).map_err(|_| unknown_method(&name));
    match &sign_in.prompt {
        Some(way) => Ok(Some(way.clone())),
        None => match env.text("MFAEXEC_PROMPT") {
            Some(name) => of_variable(name).map(Some),
            None => {
                let own = own_defaults(env)?.prompt.as_ref();
                own.map(|prompt| of_variable(prompt.value.clone()))
                    .transpose()
            }
        },
    }
}

pub(crate) fn cannot_ask(cause: &str, sign_in: &SignIn, settings: &Settings) -> Error {
    Error::new(
        "a code is needed, and mfaexec cannot ask for it",
        cause,
        how_to_sign_in("sign in on a terminal first", sign_in, settings),
    )
}

/// What helps a run that gets no code: the line that signs in, `first` before it. Where nothing is
/// kept that would be for nothing.
pub(crate) fn how_to_sign_in(first: &str, sign_in: &SignIn, settings: &Settings) -> String {
    let profile = settings.chain.first().map(String::as_str);
    match sign_in.cache {
        Some(CacheMode::None) => {
            "give a code, such as --code 123456, or leave --cache none out".to_owned()
        }
        _ => {
            let mut line = sign_in.login_command(profile);
            // A session that is good enough for `login` has to be so for the run that asks again.
            if let Some(left) = &sign_in.min_ttl {
                line.push_str(&format!(" --min-ttl {}", shell_word(&left.to_string())));
            }
            format!("{first}: {line}")
        }
    }
}
